import { join } from 'node:path';
import { Option, type Command } from 'commander';
import type { Metrics } from '@regulabel/shared/contracts/evaluation/decision.v1';
import { addCommand, exitWith, month } from '../commandLine.ts';
import { openInbox, type Inbox } from '../messages.ts';
import { figure, number, print, printJson, table } from '../output.ts';
import type { Progress } from '../progress.ts';
import { runDocument, type RunDocument } from '../runs/runDocument.ts';
import { startRun, type RunRequest } from '../runs/startRun.ts';
import { pause, waitForRun } from '../runs/waitForRun.ts';
import type { Session } from '../session.ts';
import { readDecisions, readWinners } from '../winners.ts';
import { withSession, type CommonOptions } from './withSession.ts';

interface RunOptions extends CommonOptions {
  readonly month?: string;
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
  return withSession(options, async (session, progress) => {
    const inbox = await openInbox(session, messagesFolder(options));
    const runId = await startRun(
      session,
      { purpose, scheduledTime: new Date(), ...(options.month === undefined ? {} : { month: options.month }) },
      pause,
    );
    const document = await finishRun(session, progress, inbox, { runId });
    if (options.json) printJson(document);
    else print(...(await describeRun(session, document)), `messages   ${messagesFolder(options)}`);
    return exitCode(document);
  });
}

/** The report on a run is written right after its close; on a busy machine that may take a while. */
const REPORT_WAIT_SECONDS = 20;

export const messagesFolder = ({ state }: CommonOptions): string => join(state, 'messages');

/** 0: closed, and no line failed. */
export const exitCode = (...documents: readonly RunDocument[]): number =>
  documents.every(({ status, lines }) => status === 'closed' && lines.every(({ outcome }) => outcome !== 'failed'))
    ? 0
    : 1;

/** Watches a run to its end, or to `deadline` (the run's own by default is a day: somebody is watching here). */
export async function finishRun(
  session: Session,
  progress: Progress,
  inbox: Inbox,
  { runId, deadline = new Date(Date.now() + 24 * 3600 * 1000) }: { runId: string; deadline?: Date },
): Promise<RunDocument> {
  const state = await waitForRun(session, runId, deadline, {
    update: progress.show,
    deadLetters: (queue, messages) => {
      progress.say(`dead letters: ${messages} in ${queue}`);
    },
  });
  progress.clear();
  await inbox.collect(runId, REPORT_WAIT_SECONDS);
  return runDocument(session, state);
}

/** What people read at the end of a run. */
export async function describeRun(session: Session, document: RunDocument): Promise<string[]> {
  const counts = Map.groupBy(document.lines, ({ outcome }) => outcome);
  const heading = `${document.runId}  ${[...counts].map(([outcome, lines]) => `${lines.length} ${outcome}`).join(', ')}`;
  if (document.purpose === 'inference') {
    const rows = document.lines.map(({ country, scheme, outcome, rows: labelled, reason }) => [
      `${country}/${scheme}`,
      outcome,
      number(labelled ?? 0),
      reason ?? '',
    ]);
    return [
      heading,
      ...table([['line', 'outcome', 'items', 'reason'], ...rows]),
      `${number(document.items)} items, ${number(document.predictions)} codes given`,
    ];
  }
  const named = ({ country, scheme }: { country: string; scheme: string }): string => `${country}/${scheme}`;
  const decisions = new Map((await readDecisions(session, document.runId)).map((made) => [named(made), made]));
  const winners = new Map((await readWinners(session)).map((winner) => [named(winner), winner]));
  const rows = document.lines.map((line) => {
    const { candidate, winner } = decisions.get(named(line)) ?? {};
    return [
      named(line),
      line.outcome,
      scored(candidate?.metrics),
      scored(winner?.metrics),
      winners.get(named(line))?.model ?? 'none',
      line.reason ?? '',
    ];
  });
  return [
    heading,
    ...table([['line', 'outcome', 'candidate', 'winner before', 'winner now', 'reason'], ...rows]),
    SCORES,
  ];
}

/** Accuracy and macro-F1; both models of a line were scored on the same rows. */
const scored = (metrics: Metrics | undefined): string =>
  metrics === undefined ? '-' : `${figure(metrics.accuracy)} ${figure(metrics.macroF1)}`;
const SCORES = 'figures: accuracy and macro-F1 on the same unseen rows';
