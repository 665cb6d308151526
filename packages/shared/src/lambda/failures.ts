import type { ExecutionEnded } from './handlers.ts';

const UNNAMED = { FAILED: 'Failed', TIMED_OUT: 'TimedOut', ABORTED: 'Aborted' } as const;

/** The failure part of a `...Failed` event. A job's description as cause is shortened to what the job said. */
export function failureOf({ executionArn, status, error, cause }: ExecutionEnded['detail']) {
  return { executionArn, status, error: error ?? UNNAMED[status], cause: readable(cause ?? '') };
}

/** SageMaker's `.sync` failures have the whole job as their cause: what a person needs is why it failed. */
function readable(cause: string): string {
  try {
    const job = JSON.parse(cause) as { ExitMessage?: unknown; FailureReason?: unknown; errorMessage?: unknown };
    const said = [job.ExitMessage, job.FailureReason, job.errorMessage].filter(
      (text) => typeof text === 'string' && text !== '',
    );
    if (said.length > 0) return said.join(' | ').slice(0, 2000);
  } catch {
    // Not JSON: the cause is already text.
  }
  return cause.slice(0, 2000);
}
