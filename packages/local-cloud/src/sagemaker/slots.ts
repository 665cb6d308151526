interface Share {
  running: number;
  /** Slot time that it had, in the clock's unit. */
  used: number;
}

interface Request {
  readonly name: string;
  readonly grant: (release: () => void) => void;
}

/**
 * At most `count` holders at once. Of those who wait the next is of the share that holds the fewest slots, then of the one
 * that had the least time of them, then who came first: who has many jobs, or long ones, holds up nobody else.
 */
export class Slots {
  readonly #now: () => number;
  readonly #shares = new Map<string, Share>();
  readonly #waiting = new Set<Request>();
  #free: number;

  constructor(count: number, now: () => number = () => performance.now()) {
    this.#free = count;
    this.#now = now;
  }

  /** Resolves, once a slot is held, to the function that gives it back; rejects with the signal's reason. */
  async acquire(name: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    this.#enter(name);
    const { promise, resolve: grant, reject } = Promise.withResolvers<() => void>();
    const request = { name, grant };
    const giveUp = () => {
      this.#waiting.delete(request);
      reject(signal.reason as Error);
    };
    this.#waiting.add(request);
    signal.addEventListener('abort', giveUp, { once: true });
    this.#serve();
    return promise.finally(() => {
      signal.removeEventListener('abort', giveUp);
    });
  }

  /** A share that comes anew, or back, starts level with the others: it has saved nothing up while it was away. */
  #enter(name: string): void {
    const waiting = new Set([...this.#waiting].map((request) => request.name));
    const active = [...this.#shares].flatMap(([each, { running, used }]) =>
      running > 0 || waiting.has(each) ? [used] : [],
    );
    const share = this.#share(name);
    if (share.running > 0 || waiting.has(name) || active.length === 0) return;
    share.used = Math.max(share.used, Math.min(...active));
  }

  #serve(): void {
    while (this.#free > 0) {
      const [first, ...others] = this.#waiting;
      if (first === undefined) return;
      const next = others.reduce((best, each) => (this.#precedes(each, best) ? each : best), first);
      this.#waiting.delete(next);
      next.grant(this.#hold(this.#share(next.name)));
    }
  }

  #precedes(one: Request, other: Request): boolean {
    const [a, b] = [this.#share(one.name), this.#share(other.name)];
    return a.running === b.running ? a.used < b.used : a.running < b.running;
  }

  #hold(share: Share): () => void {
    const since = this.#now();
    this.#free -= 1;
    share.running += 1;
    return () => {
      this.#free += 1;
      share.running -= 1;
      share.used += this.#now() - since;
      this.#serve();
    };
  }

  #share(name: string): Share {
    const share = this.#shares.get(name) ?? { running: 0, used: 0 };
    this.#shares.set(name, share);
    return share;
  }
}
