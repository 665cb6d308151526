import { reasonOf, type Clock } from '../asl/clock.ts';

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
