import type { Command } from 'commander';
import { lineName } from '@regulabel/shared/contracts/values';
import { addCommand, exitWith } from '../commandLine.ts';
import { CommandError } from '../errors.ts';
import { print, printJson, table } from '../output.ts';
import { listRuns, readRun } from '../runs/readRuns.ts';
import { readStages } from '../runs/stages.ts';
import type { Session } from '../session.ts';
import { withSession, type CommonOptions } from './withSession.ts';

export const declareStatus = (program: Command): Command =>
  addCommand(program, 'status', 'where every line of a run stands, what failed and why', 'status')
    .argument('[run]', 'a run id; without it the latest run of each purpose')
    .action(exitWith(status));

/** `status [RUN]`: every line of the run and where it stands; without RUN the latest run of each purpose. */
async function status(runId: string | undefined, options: CommonOptions): Promise<number> {
  return withSession(options, async (session) => {
    const runIds = runId === undefined ? await latestRuns(session) : [runId];
    const runs = await Promise.all(runIds.map((id) => statusOf(session, id)));
    if (options.json) printJson(runs);
    else if (runs.length === 0) print('no run yet: `npm start`, or `run training`');
    else print(...runs.flatMap(describe));
    return 0;
  });
}

async function latestRuns(session: Session): Promise<string[]> {
  const latest = await Promise.all(
    (['training', 'inference'] as const).map(async (purpose) => (await listRuns(session, purpose))[0]),
  );
  return latest.flatMap((run) => (run === undefined ? [] : [run.runId]));
}

async function statusOf(session: Session, runId: string) {
  const state = await readRun(session, runId);
  if (state === undefined)
    throw new CommandError(`there is no run ${runId}; \`status\` without a run shows the latest ones`);
  const stages = await readStages(session, state);
  const reasons = new Map(state.results.map((result) => [lineName(result), result.reason]));
  return {
    runId,
    purpose: state.run.purpose,
    month: state.run.month,
    status: state.run.status,
    startedAt: state.run.startedAt,
    closedAt: state.run.closedAt,
    lines: state.run.lines.map((line) => ({
      ...line,
      stage: stages.get(lineName(line)) ?? 'waiting',
      reason: reasons.get(lineName(line)),
    })),
  };
}

const describe = ({
  runId,
  status: state,
  startedAt,
  closedAt,
  lines,
}: Awaited<ReturnType<typeof statusOf>>): string[] => [
  `${runId}  ${state}  ${startedAt}${closedAt === undefined ? '' : ` - ${closedAt}`}`,
  ...table([
    ['country', 'scheme', 'stage', 'reason'],
    ...lines.map(({ country, scheme, stage, reason }) => [country, scheme, stage, reason ?? '']),
  ]).map((line) => `  ${line}`),
];
