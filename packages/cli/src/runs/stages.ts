import { ListExecutionsCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { lineName, type Line } from '@regulabel/shared/contracts/values';
import { stateMachineArn } from '@regulabel/shared/names';
import type { Session } from '../session.ts';
import type { RunState } from './readRuns.ts';

/** What a line is at, by its name (`DE/weee`): its outcome once it has one. */
export type Stages = ReadonlyMap<string, string>;

const STAGES = {
  training: [
    ['training', 'training'],
    ['inference', 'testing'],
    ['comparison', 'comparing'],
  ],
  inference: [['inference', 'labelling']],
} as const;

/** Where every line of a run stands: from the runs table, and for lines under way from the executions that run. */
export async function readStages(session: Session, { run, results }: RunState): Promise<Stages> {
  const stages = new Map(run.lines.map((line) => [lineName(line), 'waiting']));
  for (const [machine, stage] of STAGES[run.purpose]) {
    const names = await runningExecutions(session.sfn, stateMachineArn(session.place, machine));
    for (const line of run.lines) {
      if (names.some((name) => name.startsWith(executionPrefix(line, run.runId)))) stages.set(lineName(line), stage);
    }
  }
  for (const result of results) stages.set(lineName(result), result.outcome);
  return stages;
}

const executionPrefix = ({ country, scheme }: Line, runId: string): string => `${country}-${scheme}-${runId}-`;

async function runningExecutions(client: SFNClient, machine: string): Promise<string[]> {
  const names: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListExecutionsCommand({
        stateMachineArn: machine,
        statusFilter: 'RUNNING',
        ...(token === undefined ? {} : { nextToken: token }),
      }),
    );
    names.push(...(page.executions ?? []).map(({ name }) => name ?? ''));
    token = page.nextToken;
  } while (token !== undefined);
  return names;
}
