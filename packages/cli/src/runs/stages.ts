import type { Outcome } from '@regulabel/contracts/ingest/runSummary.v1';
import { lineName } from '@regulabel/contracts/values';
import type { Session } from '../session.ts';
import { lineOfExecution, listExecutions } from './executions.ts';
import type { RunState } from './readRuns.ts';

/** What a line is at: its outcome once it has one. */
export type Stage = 'waiting' | 'training' | 'testing' | 'comparing' | 'labelling' | Outcome;

/** The stage of every line of a run, by the line's name (`DE/weee`), in the run's order. */
export type Stages = ReadonlyMap<string, Stage>;

const MACHINES = {
  training: [
    ['training', 'training'],
    ['inference', 'testing'],
    ['comparison', 'comparing'],
  ],
  inference: [['inference', 'labelling']],
} as const;

/**
 * Where every line of a run stands: from the runs table, and for lines under way from the executions that run. A line that
 * has failed is under way again once one of its executions is redriven.
 */
export async function readStages(session: Session, { run, results }: RunState): Promise<Stages> {
  const outcomes = new Map(results.map((result) => [lineName(result), result.outcome]));
  const stages = new Map<string, Stage>(
    run.lines.map((line) => [lineName(line), outcomes.get(lineName(line)) ?? 'waiting']),
  );
  const isOpen = (name: string): boolean => (outcomes.get(name) ?? 'failed') === 'failed';
  if (run.status === 'closed' && ![...stages.keys()].some(isOpen)) return stages;
  const running = await Promise.all(
    MACHINES[run.purpose].map(async ([machine, stage]) => ({
      stage,
      executions: await listExecutions(session, machine, 'RUNNING'),
    })),
  );
  const lineOf = lineOfExecution(run);
  for (const { stage, executions } of running) {
    for (const { name } of executions) {
      const line = lineOf(name);
      if (line !== undefined && isOpen(lineName(line))) stages.set(lineName(line), stage);
    }
  }
  return stages;
}
