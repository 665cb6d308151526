import { DescribeExecutionCommand, StartExecutionCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type * as z from 'zod';
import type { ExecutionEnded } from '../lambda/handlers.ts';
import { parseJson } from '@regulabel/contracts/parse';

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

/** The input of an execution that has ended: from its status event, or asked for when it was too large for the event. */
export async function executionInput<Schema extends z.ZodType>(
  client: SFNClient,
  { executionArn, input }: ExecutionEnded['detail'],
  schema: Schema,
): Promise<z.infer<Schema>> {
  const text = input ?? (await client.send(new DescribeExecutionCommand({ executionArn }))).input ?? '';
  return parseJson(schema, text, `the input of ${executionArn}`);
}
