/** How a state fails, and which retrier or catcher takes it. */

/** What `$states.errorOutput` holds, and what an execution fails with. */
export interface Failure {
  readonly error?: string;
  readonly cause?: string;
}

/** A task's own failure: `error` is what ErrorEquals matches. */
export class TaskError extends Error {
  override readonly name = 'TaskError';
  readonly error: string;

  constructor(error: string, cause?: string, options: { cause?: unknown } = {}) {
    super(cause ?? '', options);
    this.error = error;
  }
}

/** A JSONata expression that failed, or whose result its field cannot take. `location` as in `Output/items[0]`. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly location: string | undefined;

  constructor(message: string, location?: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.location = location;
  }
}

/** A failure that nothing retries or catches: a state machine or its data that cannot go on. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
  readonly error: 'States.Runtime' | 'States.DataLimitExceeded';

  constructor(error: 'States.Runtime' | 'States.DataLimitExceeded', message: string) {
    super(message);
    this.error = error;
  }
}

const terminal = new Set(['States.Runtime', 'States.DataLimitExceeded']);

/**
 * ErrorEquals: names, and the wildcards States.ALL (but for the errors that end an execution) and States.TaskFailed
 * (but for timeouts). https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function matches(errorEquals: readonly string[], error: string | undefined): boolean {
  if (error !== undefined && terminal.has(error)) return false;
  const timeout = error === 'States.Timeout' || error === 'States.HeartbeatTimeout';
  return errorEquals.some(
    (name) =>
      name === error ||
      name === 'States.ALL' ||
      (name === 'States.TaskFailed' && !timeout) ||
      (name === 'States.Timeout' && timeout),
  );
}

/** Seconds to wait before retry number `attempt` (from 0); `random` is in [0, 1). */
export function retryDelay(
  retrier: {
    readonly IntervalSeconds?: number;
    readonly BackoffRate?: number;
    readonly MaxDelaySeconds?: number;
    readonly JitterStrategy?: string;
  },
  attempt: number,
  random: number,
): number {
  const { IntervalSeconds: interval = 1, BackoffRate: rate = 2, MaxDelaySeconds: most = Infinity } = retrier;
  const delay = Math.min(interval * rate ** attempt, most);
  return retrier.JitterStrategy === 'FULL' ? delay * random : delay;
}
