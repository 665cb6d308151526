/** How a state fails, and which retrier or catcher takes it. */
import type { Retrier } from './definition.ts';

/** What `$states.errorOutput` holds, and what an execution fails with. */
export interface Failure {
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** A task's own failure: `error` is what ErrorEquals matches. */
export class TaskError extends Error {
  override readonly name: string = 'TaskError';
  readonly error: string;

  constructor(error: string, cause?: string, options: { cause?: unknown } = {}) {
    super(cause ?? '', options);
    this.error = error;
  }
}

/** What a state fails with by itself: an expression (`location` as in `Output/items[0]`), its data, or its transition. */
export class StateError extends Error {
  override readonly name = 'StateError';
  readonly error: 'States.QueryEvaluationError' | 'States.Runtime' | 'States.DataLimitExceeded';
  readonly location: string | undefined;

  constructor(error: StateError['error'], message: string, options: { location?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.error = error;
    this.location = options.location;
  }
}

/**
 * ErrorEquals: names, and the wildcards States.ALL (but for the errors that end an execution) and States.TaskFailed
 * (but for timeouts). https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function matches(errorEquals: readonly string[], error: string | undefined): boolean {
  if (error === 'States.Runtime' || error === 'States.DataLimitExceeded') return false;
  const timeout = error === 'States.Timeout' || error === 'States.HeartbeatTimeout';
  return errorEquals.some(
    (name) => name === error || name === 'States.ALL' || name === (timeout ? 'States.Timeout' : 'States.TaskFailed'),
  );
}

/** Seconds to wait before retry number `attempt` (from 0); `random` is in [0, 1). */
export function retryDelay(retrier: Retrier, attempt: number, random: number): number {
  const { IntervalSeconds: interval = 1, BackoffRate: rate = 2, MaxDelaySeconds: most = Infinity } = retrier;
  const delay = Math.min(interval * rate ** attempt, most);
  return retrier.JitterStrategy === 'FULL' ? delay * random : delay;
}
