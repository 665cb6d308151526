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

/** A clock that jumps to the next deadline as soon as nothing else can happen. */
export class VirtualClock implements Clock {
  #now: number;
  #held = 0;
  #ticking = false;
  readonly #sleepers = new Set<{ readonly time: number; readonly wake: () => void }>();

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  until(time: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(reasonOf(signal));
        return;
      }
      const abort = (): void => {
        this.#sleepers.delete(sleeper);
        reject(reasonOf(signal));
      };
      const sleeper = {
        time,
        wake: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#sleepers.add(sleeper);
      this.#tick();
    });
  }

  /** Time stands still while `work`, which takes real time, is under way. */
  async hold<T>(work: () => Promise<T> | T): Promise<T> {
    this.#held += 1;
    try {
      return await work();
    } finally {
      this.#held -= 1;
      this.#tick();
    }
  }

  /** `setImmediate` runs after every pending promise has settled, so nothing else is ready to run at this time. */
  #tick(): void {
    if (this.#ticking) return;
    this.#ticking = true;
    setImmediate(() => {
      this.#ticking = false;
      if (this.#held > 0 || this.#sleepers.size === 0) return;
      const next = [...this.#sleepers].reduce((first, sleeper) => (sleeper.time < first.time ? sleeper : first));
      this.#sleepers.delete(next);
      this.#now = Math.max(this.#now, next.time);
      next.wake();
      this.#tick();
    });
  }
}

export function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
}
