/** Time, so that waits, retries and timeouts need no real time in tests. Times are epoch milliseconds. */
export interface Clock {
  now(): number;
  /** Resolves at `time`; rejects with the signal's reason when that comes first. */
  until(time: number, signal: AbortSignal): Promise<void>;
}

/** `setTimeout` fires at once above this. */
const longestTimer = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  until: (time, signal) =>
    new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const abort = (): void => {
        clearTimeout(timer);
        reject(reasonOf(signal));
      };
      if (signal.aborted) {
        abort();
        return;
      }
      signal.addEventListener('abort', abort, { once: true });
      const arm = (): void => {
        const left = time - Date.now();
        if (left > 0) {
          timer = setTimeout(arm, Math.min(left, longestTimer));
          return;
        }
        signal.removeEventListener('abort', abort);
        resolve();
      };
      arm();
    }),
};

/** Rejects when the signal aborts: for a race with work that knows no signals. */
export const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    const abort = (): void => {
      reject(reasonOf(signal));
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });

export function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
}
