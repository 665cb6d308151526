/** At most `count` holders at once; those who wait are served in the order in which they came. */
export class Slots {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves once a slot is held; rejects with the signal's reason. */
  async acquire(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const turn = () => {
      resolve(undefined);
    };
    const giveUp = () => {
      this.#waiting.delete(turn);
      reject(signal.reason as Error);
    };
    this.#waiting.add(turn);
    signal.addEventListener('abort', giveUp, { once: true });
    await promise.finally(() => {
      signal.removeEventListener('abort', giveUp);
    });
  }

  release(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
