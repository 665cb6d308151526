import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { publishCatalogue } from '../catalogue.ts';
import { addCommand, exitWith, month } from '../commandLine.ts';
import { openInbox, type Inbox } from '../messages.ts';
import { commandText, labelled, print, printJson } from '../output.ts';
import type { Progress } from '../progress.ts';
import type { RunState } from '../runs/readRuns.ts';
import { runDocument, type RunDocument } from '../runs/runDocument.ts';
import { runIdOf, type RunRequest } from '../runs/runRequest.ts';
import { startRun } from '../runs/startRun.ts';
import { summaryOf } from '../runs/summary.ts';
import { pause, sourceOf, waitForRun, type Source } from '../runs/waitForRun.ts';
import type { Session } from '../session.ts';
import { catalogueOption, givenCatalogue } from './catalogue.ts';
import { withLocalCloud, type CommonOptions } from './withSession.ts';

interface RunOptions extends CommonOptions {
  readonly month?: string;
  readonly catalogue?: string;
}

export const declareRun = (program: Command): Command =>
  addCommand(
    program,
    'run',
    'fires the schedule now and waits until the run is closed',
    'run inference --month 2026-01',
  )
    .addArgument(program.createArgument('<purpose>', 'what the run is for').choices(['training', 'inference']))
    .addOption(
      new Option('--month <month>', 'the month to label, YYYY-MM (default: the last complete one)').argParser(month),
    )
    .addOption(catalogueOption())
    .action(
      exitWith((purpose: RunRequest['purpose'], options: RunOptions, self: Command) => {
        if (purpose === 'training' && options.month !== undefined) {
          self.error('error: training learns from all labelled items: only `run inference` takes --month');
        }
        return run(purpose, options);
      }),
    );

/** `run training` and `run inference`: the schedule, now. */
async function run(purpose: RunRequest['purpose'], options: RunOptions): Promise<number> {
  const catalogue = await givenCatalogue(options);
  const request: RunRequest = {
    purpose,
    scheduledTime: new Date(),
    ...(options.month === undefined ? {} : { month: options.month }),
  };
  const runId = runIdOf(request);
  const goOn = `${runId} goes on whenever a command serves its folder, \`${commandText('up', options)}\` for one`;
  return withLocalCloud({ ...options, goOn }, async (session, progress) => {
    const inbox = await openInbox(session, messagesFolder(options));
    if (catalogue !== undefined) await publishCatalogue(session, catalogue);
    await startRun(session, request, pause);
    const document = await finishRun(session, progress, inbox, { runId });
    if (options.json) printJson(document);
    else print(...(await summaryOf(session, document, options)), ...labelled('messages', messagesFolder(options)));
    return exitCode(document);
  });
}

/** The report on a run is written right after its close; on a busy machine that may take a while. */
export const REPORT_WAIT_SECONDS = 20;

export const messagesFolder = ({ state }: CommonOptions): string => join(state, 'messages');

/** 0: closed, and no line failed. */
export const exitCode = (...documents: readonly RunDocument[]): number =>
  documents.every(({ status, lines }) => status === 'closed' && lines.every(({ outcome }) => outcome !== 'failed'))
    ? 0
    : 1;

/** Watches a run to its end and takes in the report on it. */
export async function finishRun(
  session: Session,
  progress: Progress,
  inbox: Inbox,
  run: { readonly runId: string; readonly deadline?: Date },
): Promise<RunDocument> {
  const state = await watchRun(progress, sourceOf(session, run.runId), run);
  await inbox.collect(run.runId, REPORT_WAIT_SECONDS);
  return runDocument(session, state);
}

/** Shows a run, and the dead letters that appear meanwhile, until it is closed; not longer than a day by default. */
export async function watchRun(
  progress: Progress,
  source: Source,
  { runId, deadline = new Date(Date.now() + 24 * 3600 * 1000) }: { runId: string; deadline?: Date },
): Promise<RunState> {
  const state = await waitForRun(
    source,
    { runId, deadline },
    {
      update: progress.show,
      deadLetters: ({ queue, messages }) => {
        progress.say(`dead letters: ${messages} in ${queue}`);
      },
    },
  );
  progress.clear();
  return state;
}
