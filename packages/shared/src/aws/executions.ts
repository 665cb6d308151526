import { StartExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';

/**
 * Starts an execution under a name that derives from its work, so that starting it again changes nothing:
 * `ExecutionAlreadyExists` (the name is taken by a closed execution, or one with another input) is success.
 */
export async function startOnce(
  client: SFNClient,
  execution: { stateMachineArn: string; name: string; input: unknown },
): Promise<'started' | 'exists'> {
  try {
    await client.send(
      new StartExecutionCommand({
        stateMachineArn: execution.stateMachineArn,
        name: execution.name,
        input: JSON.stringify(execution.input),
      }),
    );
    return 'started';
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionAlreadyExists') return 'exists';
    throw error;
  }
}

/** A name of at most 80 characters for the execution that does a line's part of a run on one dataset. */
export const executionName = (line: { country: string; scheme: string }, runId: string, digest: string): string =>
  `${line.country}-${line.scheme}-${runId}-${digest.slice(0, 12)}`;
