import { CommandError } from '../errors.ts';
import { interruption } from '../interruption.ts';
import { openLocalCloud } from '../local/localCloud.ts';
import { createProgress, type Progress } from '../progress.ts';
import { openSession, type Session } from '../session.ts';

/** Options that every command has. */
export interface CommonOptions {
  readonly state: string;
  readonly json: boolean;
}

interface SessionOptions extends Pick<CommonOptions, 'state'> {
  /** What Ctrl-C says about how to go on. */
  readonly goOn?: string;
}

/** Runs a command's work on the state folder's local cloud, which is started for it where none serves. */
export async function withSession<T>(
  { state, goOn = 'the same command starts again' }: SessionOptions,
  work: (session: Session, progress: Progress) => Promise<T>,
): Promise<T> {
  const progress = createProgress(process.stderr);
  const cloud = await openLocalCloud({ state, port: 0, say: progress.say });
  if (!cloud.ours) progress.say(`another command serves ${state} at ${cloud.endpoint}: working there`);
  const interrupted = interruption(goOn);
  try {
    const session = await openSession(cloud);
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

const isConnectionRefused = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET');
