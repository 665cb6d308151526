import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

/** Time, so that waits, retries and timeouts need no real time in tests. Times are epoch milliseconds. */
export interface Clock {
  now(): number;
  /** Resolves at `time`; rejects when the signal aborts before. */
  until(time: number, signal: AbortSignal): Promise<void>;
}

/** A timer fires at once above this. */
const longestTimer = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  until: async (time, signal) => {
    signal.throwIfAborted();
    for (let left = time - Date.now(); left > 0; left = time - Date.now())
      await setTimeout(Math.min(left, longestTimer), undefined, { signal });
  },
};

/** Rejects when the signal aborts: for a race with work that knows no signals. */
export async function aborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw reasonOf(signal);
}

export function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
}
