import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { lineName } from '@regulabel/contracts/values';
import type { Session } from '../session.ts';
import type { Unsuccessful } from './unsuccessful.ts';

/** An execution that AWS does not redrive, and why, in its words. */
export interface Refused extends Unsuccessful {
  readonly reason: string;
}

export interface Redrives {
  readonly redriven: readonly Unsuccessful[];
  readonly refused: readonly Refused[];
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html#API_RedriveExecution_Errors */
const REFUSALS = new Set(['ExecutionNotRedrivable', 'ExecutionLimitExceeded', 'ExecutionDoesNotExist']);

/** Lets executions go on from the state in which each of them failed; one that cannot does not keep the others. */
export async function redriveAll({ sfn }: Session, executions: readonly Unsuccessful[]): Promise<Redrives> {
  const redriven: Unsuccessful[] = [];
  const refused: Refused[] = [];
  for (const execution of executions) {
    try {
      await sfn.send(new RedriveExecutionCommand({ executionArn: execution.executionArn }));
      redriven.push(execution);
    } catch (error) {
      if (!(error instanceof Error && REFUSALS.has(error.name))) throw error;
      refused.push({ ...execution, reason: `${error.name}: ${error.message}` });
    }
  }
  return { redriven, refused };
}

/** `training of DE/weee`; `extraction`. */
export const inWords = ({ machine, line }: Unsuccessful): string =>
  line === undefined ? 'extraction' : `${machine} of ${lineName(line)}`;
