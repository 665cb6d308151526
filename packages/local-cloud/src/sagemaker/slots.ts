/** At most `count` holders at once. Those who wait are served in turn by group, so that a large group starves nobody. */
export class Slots {
  #free: number;
  /** In the order of the groups' turns. */
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves once a slot is held; rejects with the signal's reason. */
  async acquire(group: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const turn = () => {
      signal.removeEventListener('abort', giveUp);
      resolve(undefined);
    };
    const giveUp = () => {
      this.#leave(group, turn);
      reject(signal.reason as Error);
    };
    this.#waiting.set(group, [...(this.#waiting.get(group) ?? []), turn]);
    signal.addEventListener('abort', giveUp, { once: true });
    await promise;
  }

  release(): void {
    const next = this.#waiting.entries().next().value;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    const [group, [turn, ...others]] = next;
    this.#waiting.delete(group);
    if (others.length > 0) this.#waiting.set(group, others);
    turn?.();
  }

  #leave(group: string, turn: () => void): void {
    const others = (this.#waiting.get(group) ?? []).filter((each) => each !== turn);
    if (others.length > 0) this.#waiting.set(group, others);
    else this.#waiting.delete(group);
  }
}
