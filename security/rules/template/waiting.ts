/** How long retriers wait. */
import type { Retrier, StateOf } from '@regulabel/local-cloud/asl/definition';
import { retryDelay } from '@regulabel/local-cloud/asl/failure';

/** Seconds that a retrier waits in all, attempt by attempt: `share` of each delay, which jitter draws from 0 to 1. */
export function waitOf(retrier: Retrier, share: number): number {
  const attempts = retrier.MaxAttempts ?? 3;
  const delays = Array.from({ length: attempts }, (_, attempt) => retryDelay(retrier, attempt, share));
  return delays.reduce((sum, delay) => sum + delay, 0);
}

/** Seconds that the longest of a state's retriers may wait. */
export const longestWait = ({ Retry = [] }: StateOf<'Task'>): number =>
  Math.max(0, ...Retry.map((retrier) => waitOf(retrier, 1)));

/** Retries of a state in all. */
export const retriesOf = ({ Retry = [] }: StateOf<'Task'>): number =>
  Retry.reduce((sum, { MaxAttempts = 3 }) => sum + MaxAttempts, 0);
