import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { stateMachineArn } from '@regulabel/shared/names';
import { CommandError } from '../errors.ts';
import type { Session } from '../session.ts';
import { readRun } from './readRuns.ts';
import { runIdOf, type RunRequest } from './runRequest.ts';

/**
 * Does what the schedule does: starts the extraction, and waits until its plan has put the run. Answers the run's id.
 * Throws `CommandError` with the execution's own error when it ends before that.
 */
export async function startRun(session: Session, request: RunRequest, pause: () => Promise<void>): Promise<string> {
  const runId = runIdOf(request);
  const { executionArn = '' } = await session.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: stateMachineArn(session.place, 'extract'),
      name: `${runId}-${Date.now().toString(36)}`,
      input: JSON.stringify({ ...request, scheduledTime: request.scheduledTime.toISOString().replace(/\.\d+/, '') }),
    }),
  );
  await untilPlanned(session, { runId, executionArn }, pause);
  return runId;
}

/** Waits until an extraction's plan has put its run. Throws `CommandError` with its own error when it ends before that. */
export async function untilPlanned(
  session: Session,
  { runId, executionArn }: { runId: string; executionArn: string },
  pause: () => Promise<void>,
): Promise<void> {
  for (;;) {
    if (await readRun(session, runId)) return;
    const execution = await session.sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (execution.status !== 'RUNNING' && execution.status !== 'SUCCEEDED') {
      throw new CommandError(
        `run ${runId} did not start: ${execution.error ?? execution.status ?? 'unknown'}: ${readable(execution.cause)}`,
      );
    }
    await pause();
  }
}

/** A function's failure comes as JSON with its trace; what a person needs of it is the message. */
function readable(cause = 'no cause given'): string {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
}
