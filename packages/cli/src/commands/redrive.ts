import { InvalidArgumentError, type Command } from 'commander';
import { line as lineContract, lineName, type Line } from '@regulabel/contracts/values';
import { addCommand, exitWith, stageOption } from '../commandLine.ts';
import { CommandError } from '../errors.ts';
import type { LocalSession } from '../local/localSession.ts';
import { openInbox } from '../messages.ts';
import { commandText, labelled, print, printJson } from '../output.ts';
import type { Progress } from '../progress.ts';
import { inWords, redriveAll, type Redrives } from '../redrive/redriveAll.ts';
import { reopenedSource } from '../redrive/reopened.ts';
import { extractionThatFailedEarly, unsuccessfulOf, type Unsuccessful } from '../redrive/unsuccessful.ts';
import { readRun, type RunState } from '../runs/readRuns.ts';
import { runDocument, type RunDocument } from '../runs/runDocument.ts';
import { readStages } from '../runs/stages.ts';
import { untilPlanned } from '../runs/startRun.ts';
import { summaryOf } from '../runs/summary.ts';
import { pause } from '../runs/waitForRun.ts';
import type { Session } from '../session.ts';
import { exitCode, finishRun, messagesFolder, REPORT_WAIT_SECONDS, watchRun } from './run.ts';
import { withLocalCloud, withSession, type CommonOptions } from './withSession.ts';

export const declareRedrive = (program: Command): Command =>
  addCommand(
    program,
    'redrive',
    'lets the failed executions of a run go on where they failed',
    'redrive training-20261101T020000Z DE/weee --stage dev',
  )
    .argument('<run>', 'a run id; `status` lists the latest ones')
    .argument('[line]', 'of this line alone, such as DE/weee', lineOf)
    .addOption(stageOption())
    .addHelpText(
      'after',
      '\nOn the local cloud it waits until the run is closed again, and exits with 1 when a line failed.\nOn a stage it returns once AWS has taken the redrives, and exits with 1 when it refused one.',
    )
    .action(exitWith(redrive));

function lineOf(text: string): Line {
  const [country, scheme, ...more] = text.split('/');
  const { data } = lineContract.safeParse({ country, scheme });
  if (data === undefined || more.length > 0) throw new InvalidArgumentError('It has to be a line such as DE/weee.');
  return data;
}

/** `redrive RUN [LINE]`: failed, timed-out and aborted executions go on from the state that failed. */
async function redrive(runId: string, line: Line | undefined, options: CommonOptions): Promise<number> {
  if (options.stage === undefined) {
    const goOn = `${runId} goes on whenever a command serves its folder, \`${commandText('up', options)}\` for one`;
    return withLocalCloud({ ...options, goOn, existing: true }, (session, progress) =>
      redriveAndWait(session, progress, { runId, line, options }),
    );
  }
  return withSession(options, async (session) => {
    const { executions } = await whatToRedrive(session, { runId, line, options });
    const redrives = await redriveAll(session, executions);
    if (options.json) printJson(documentOf(runId, redrives));
    else print(...describe(redrives), ...labelled('follow', commandText(`status ${runId}`, options)));
    return redrives.refused.length === 0 ? 0 : 1;
  });
}

interface Request {
  readonly runId: string;
  readonly line: Line | undefined;
  readonly options: CommonOptions;
}

/** On one machine nothing goes on without a command that serves: this one stays until the run is closed again. */
async function redriveAndWait(session: LocalSession, progress: Progress, request: Request): Promise<number> {
  const { runId, options } = request;
  const inbox = await openInbox(session, messagesFolder(options));
  const { before, executions } = await whatToRedrive(session, request);
  const at = new Date();
  const redrives = await redriveAll(session, executions);
  for (const sentence of describe(redrives)) progress.say(sentence);
  const [first] = redrives.redriven;
  if (first === undefined) {
    if (options.json) printJson(documentOf(runId, redrives));
    return 1;
  }
  let document: RunDocument;
  if (before === undefined) {
    await untilPlanned(session, { runId, executionArn: first.executionArn }, pause);
    document = await finishRun(session, progress, inbox, { runId });
  } else {
    const source = reopenedSource(session, { before, executions: redrives.redriven, at });
    const after = await watchRun(progress, source, { runId });
    if (after.run.revision > before.run.revision) await inbox.collect(runId, REPORT_WAIT_SECONDS);
    document = await runDocument(session, after);
  }
  if (options.json) printJson({ ...documentOf(runId, redrives), run: document });
  else print(...(await summaryOf(session, document, options)), ...labelled('messages', messagesFolder(options)));
  return exitCode(document);
}

/** The executions to redrive. Throws `CommandError` when there are none, or no such run or line. */
async function whatToRedrive(
  session: Session,
  { runId, line, options }: Request,
): Promise<{ before: RunState | undefined; executions: readonly Unsuccessful[] }> {
  const before = await readRun(session, runId);
  if (before === undefined) {
    const extraction = line === undefined ? await extractionThatFailedEarly(session, runId) : undefined;
    if (extraction !== undefined) return { before, executions: [extraction] };
    throw new CommandError(`there is no run ${runId}; \`${commandText('status', options)}\` shows the latest ones`);
  }
  if (line !== undefined && !before.run.lines.some((each) => lineName(each) === lineName(line))) {
    const names = before.run.lines.map(lineName).join(', ');
    throw new CommandError(`run ${runId} has no line ${lineName(line)}; it has ${names}`);
  }
  const executions = await unsuccessfulOf(session, before, line);
  if (executions.length > 0) return { before, executions };
  throw new CommandError(
    `there is nothing to redrive: no execution of ${await standing(session, before, line)} failed, timed out or was aborted in the last 90 days; ` +
      `what was given up before it started an execution is in \`${commandText('dlq list', options)}\``,
  );
}

/** `run X`; `DE/weee, which is promoted, in run X`. */
async function standing(session: Session, state: RunState, line: Line | undefined): Promise<string> {
  const run = `run ${state.run.runId}`;
  if (line === undefined) return run;
  return `${lineName(line)} (${(await readStages(session, state)).get(lineName(line)) ?? 'waiting'}) in ${run}`;
}

const describe = ({ redriven, refused }: Redrives): string[] => [
  ...redriven.map((execution) => `redriven: ${inWords(execution)}`),
  ...refused.map((execution) => `not redriven: ${inWords(execution)}: ${execution.reason}`),
];

function documentOf(runId: string, { redriven, refused }: Redrives) {
  const flat = ({ line, ...execution }: Unsuccessful) => ({ ...execution, ...line });
  return { runId, redriven: redriven.map(flat), refused: refused.map(flat) };
}
