import { CommandError } from '../errors.ts';
import { interruption } from '../interruption.ts';
import { openLocalCloud } from '../local/localCloud.ts';
import { openLocalSession, type LocalSession } from '../local/localSession.ts';
import { requireState } from '../local/stateFolder.ts';
import type { Where } from '../output.ts';
import { createProgress, type Progress } from '../progress.ts';
import type { Session } from '../session.ts';
import { whatIsMissing } from '../stage/missingServices.ts';
import { openStage } from '../stage/openStage.ts';

/** Options that every command has; `stage` is for those only that take `--stage`. */
export interface CommonOptions extends Where {
  readonly json: boolean;
}

interface LocalOptions extends Pick<Where, 'state'> {
  /** What Ctrl-C says about how to go on. */
  readonly goOn?: string;
  /** For what makes no sense on an empty local cloud: a mistyped folder is refused, not made. */
  readonly existing?: boolean;
}

type Work<S extends Session, T> = (session: S, progress: Progress) => Promise<T>;

const AGAIN = 'the same command starts again';

/** Runs a command's work as the operator of a deployed stage, or on the state folder's local cloud. */
export const withSession = <T>(options: LocalOptions & Where, work: Work<Session, T>): Promise<T> =>
  options.stage === undefined ? withLocalCloud(options, work) : onStage(options.stage, options.goOn ?? AGAIN, work);

/** Runs a command's work on the state folder's local cloud, which is started for it where none serves. */
export async function withLocalCloud<T>(
  { state, goOn = AGAIN, existing = false }: LocalOptions,
  work: Work<LocalSession, T>,
): Promise<T> {
  if (existing) await requireState(state);
  const progress = createProgress(process.stderr);
  const cloud = await openLocalCloud({ state, port: 0, say: progress.say });
  if (!cloud.ours) progress.say(`another command serves ${state} at ${cloud.endpoint}: working there`);
  const interrupted = interruption(goOn);
  try {
    const session = await openLocalSession(cloud);
    try {
      const crashed = cloud.ended.then((said) => {
        throw new CommandError(
          `the local cloud stopped: ${said === '' ? 'it said nothing' : said}; start the command again to go on`,
        );
      });
      return await Promise.race([work(session, progress), crashed, interrupted]);
    } catch (error) {
      if (!cloud.ours && isConnectionRefused(error)) {
        throw new CommandError(`the command that served ${state} has ended; start this one again`, { cause: error });
      }
      throw error;
    } finally {
      progress.end();
      session.close();
    }
  } finally {
    await cloud.stop();
  }
}

async function onStage<T>(stage: string, goOn: string, work: Work<Session, T>): Promise<T> {
  const progress = createProgress(process.stderr);
  const interrupted = interruption(goOn);
  const session = await Promise.race([openStage(stage), interrupted]);
  const { account, region } = session.place;
  progress.say(`stage ${stage}: account ${account}, ${region}`);
  try {
    return await Promise.race([work(session, progress), interrupted]);
  } catch (error) {
    throw await whatIsMissing(session, error);
  } finally {
    progress.end();
    session.close();
  }
}

const isConnectionRefused = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET');
