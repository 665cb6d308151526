import { ListExecutionsCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { executionName } from '@regulabel/shared/aws/executions';
import type { Outcome } from '@regulabel/contracts/ingest/run.v1';
import { lineName } from '@regulabel/contracts/values';
import { stateMachineArn } from '@regulabel/shared/names';
import type { Session } from '../session.ts';
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

/** Where every line of a run stands: from the runs table, and for lines under way from the executions that run. */
export async function readStages({ sfn, place }: Session, { run, results }: RunState): Promise<Stages> {
  const outcomes = new Map(results.map((result) => [lineName(result), result.outcome]));
  const stages = new Map<string, Stage>(
    run.lines.map((line) => [lineName(line), outcomes.get(lineName(line)) ?? 'waiting']),
  );
  if (run.status === 'closed') return stages;
  const running = await Promise.all(
    MACHINES[run.purpose].map(async ([machine, stage]) => ({
      stage,
      names: await runningExecutions(sfn, stateMachineArn(place, machine)),
    })),
  );
  // An execution's name ends with a digest, which has no hyphen.
  const lines = new Map(run.lines.map((line) => [executionName(line, run.runId, ''), lineName(line)]));
  for (const { stage, names } of running) {
    for (const name of names) {
      const line = lines.get(name.slice(0, name.lastIndexOf('-') + 1));
      if (line !== undefined && !outcomes.has(line)) stages.set(line, stage);
    }
  }
  return stages;
}

async function runningExecutions(client: SFNClient, machine: string): Promise<string[]> {
  const names: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListExecutionsCommand({
        stateMachineArn: machine,
        statusFilter: 'RUNNING',
        maxResults: 1000,
        ...(token === undefined ? {} : { nextToken: token }),
      }),
    );
    names.push(...(page.executions ?? []).map(({ name }) => name ?? ''));
    token = page.nextToken;
  } while (token !== undefined);
  return names;
}
