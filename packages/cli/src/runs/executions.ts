import { ListExecutionsCommand, type ExecutionListItem, type ExecutionStatus } from '@aws-sdk/client-sfn';
import { executionName } from '@regulabel/shared/aws/executions';
import type { Run } from '@regulabel/shared/tableItems';
import type { Line } from '@regulabel/contracts/values';
import { stateMachineArn } from '@regulabel/shared/names';
import type { Session } from '../session.ts';

/** The state machines: `extract` has an execution for each run, the others for each line of one. */
export type Machine = Parameters<typeof stateMachineArn>[1];

/** The executions of a state machine that have this status now. */
export async function listExecutions(
  { sfn, place }: Session,
  machine: Machine,
  statusFilter: ExecutionStatus,
): Promise<ExecutionListItem[]> {
  const found: ExecutionListItem[] = [];
  let token: string | undefined;
  do {
    const page = await sfn.send(
      new ListExecutionsCommand({
        stateMachineArn: stateMachineArn(place, machine),
        statusFilter,
        maxResults: 1000,
        ...(token === undefined ? {} : { nextToken: token }),
      }),
    );
    found.push(...(page.executions ?? []));
    token = page.nextToken;
  } while (token !== undefined);
  return found;
}

/** Tells which line of a run an execution is of, by its name; undefined for another run's. */
export function lineOfExecution({ runId, lines }: Pick<Run, 'runId' | 'lines'>): (name?: string) => Line | undefined {
  // A name ends with a digest, which has no hyphen.
  const byBeginning = new Map(lines.map((line) => [executionName(line, runId, ''), line]));
  return (name = '') => byBeginning.get(name.slice(0, name.lastIndexOf('-') + 1));
}
