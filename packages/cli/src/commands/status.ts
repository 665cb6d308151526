import type { Command } from 'commander';
import { lineName } from '@regulabel/contracts/values';
import { addCommand, exitWith, stageOption } from '../commandLine.ts';
import { CommandError } from '../errors.ts';
import { commandText, howToRun, labelled, print, printJson, screenOf } from '../output.ts';
import { needALook } from '../runs/digest.ts';
import { frame } from '../runs/frame.ts';
import { listRuns, readRun, type RunState } from '../runs/readRuns.ts';
import { readStages, type Stages } from '../runs/stages.ts';
import { lineTable } from '../runs/summary.ts';
import type { Session } from '../session.ts';
import { withSession, type CommonOptions } from './withSession.ts';

export const declareStatus = (program: Command): Command =>
  addCommand(program, 'status', 'where every line of a run stands, what failed and why', 'status')
    .argument('[run]', 'a run id: every line with its figures; without it the latest run of each purpose in brief')
    .addOption(stageOption())
    .action(exitWith(status));

interface Standing {
  readonly state: RunState;
  readonly stages: Stages;
}

/**
 * `status RUN`: every line of the run; `status`: the latest run of each purpose, country by scheme. For scripts the exit
 * code is 1 when a line of them failed.
 */
async function status(runId: string | undefined, options: CommonOptions): Promise<number> {
  return withSession({ ...options, existing: true }, async (session) => {
    const runIds = runId === undefined ? await latestRuns(session) : [runId];
    const standings = await Promise.all(runIds.map((id) => standingOf(session, id, options)));
    if (options.json) printJson(standings.map(documentOf));
    else if (standings.length === 0) print(`no run yet: ${howToRun(options)}`);
    else if (runId === undefined) print(...standings.flatMap((each) => inBrief(each, options)));
    else
      for (const { state, stages } of standings)
        print(headings(state).join('  '), ...(await lineTable(session, state, stages)));
    return standings.some(({ state }) => state.results.some(({ outcome }) => outcome === 'failed')) ? 1 : 0;
  });
}

async function latestRuns(session: Session): Promise<string[]> {
  const latest = await Promise.all(
    (['training', 'inference'] as const).map(async (purpose) => (await listRuns(session, purpose))[0]),
  );
  return latest.flatMap((run) => (run === undefined ? [] : [run.runId]));
}

async function standingOf(session: Session, runId: string, options: CommonOptions): Promise<Standing> {
  const state = await readRun(session, runId);
  if (state === undefined)
    throw new CommandError(`there is no run ${runId}; \`${commandText('status', options)}\` shows the latest ones`);
  return { state, stages: await readStages(session, state) };
}

function documentOf({ state: { run, results }, stages }: Standing) {
  const ended = new Map(results.map((result) => [lineName(result), result]));
  return {
    runId: run.runId,
    purpose: run.purpose,
    month: run.month,
    status: run.status,
    startedAt: run.startedAt,
    closedAt: run.closedAt,
    lines: run.lines.map((line) => ({
      ...line,
      stage: stages.get(lineName(line)) ?? 'waiting',
      reason: ended.get(lineName(line))?.reason,
      explanation: ended.get(lineName(line))?.explanation,
    })),
  };
}

function inBrief({ state, stages }: Standing, options: CommonOptions): string[] {
  const screen = screenOf(process.stdout);
  return [
    ...frame(state.run, stages, headings(state), { ...screen, rows: Infinity }),
    '',
    ...needALook(state.results, screen.columns),
    ...labelled('every line', commandText(`status ${state.run.runId}`, options)),
    '',
  ];
}

const headings = ({ run: { runId, lines, status: state, startedAt, closedAt }, results }: RunState): string[] => [
  runId,
  `${results.length} of ${lines.length} lines`,
  closedAt === undefined ? `${state} since ${startedAt}` : `${state}, ${startedAt} - ${closedAt}`,
];
