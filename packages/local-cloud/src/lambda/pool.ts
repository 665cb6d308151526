import type { Invocation, Outcome, Sandbox } from './sandbox.ts';

/** Milliseconds after which an unused sandbox gives its memory back. */
const idleLimit = 60_000;

/** The sandboxes of a function: reused while warm, never more than `size` at once. */
export class Pool {
  #create: () => Sandbox;
  readonly #sandboxes = new Set<Sandbox>();
  readonly #idle = new Map<Sandbox, NodeJS.Timeout>();
  /** Of an earlier revision: each ends with the invocation that it runs. */
  readonly #outdated = new WeakSet<Sandbox>();
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(size: number, create: () => Sandbox) {
    this.#free = size;
    this.#create = create;
  }

  /** Runs the invocation once a sandbox is free. */
  async run(invocation: Omit<Invocation, 'deadline'>): Promise<Outcome> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free -= 1;
    const sandbox = [...this.#idle.keys()].findLast(({ usable }) => usable) ?? this.#create();
    clearTimeout(this.#idle.get(sandbox));
    this.#idle.delete(sandbox);
    this.#sandboxes.add(sandbox);
    const outcome = await sandbox.invoke(invocation);
    if (sandbox.usable && !this.#outdated.has(sandbox))
      this.#idle.set(sandbox, setTimeout(() => void this.#stop(sandbox), idleLimit).unref());
    else void this.#stop(sandbox);
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
    return outcome;
  }

  /** Later invocations, also those that wait, run in sandboxes that `create` makes; those under way run to their end. */
  renew(create: () => Sandbox): void {
    this.#create = create;
    for (const sandbox of this.#sandboxes) this.#outdated.add(sandbox);
    for (const sandbox of this.#idle.keys()) void this.#stop(sandbox);
  }

  /** Ends everything: what was running fails, what was waiting never runs. */
  async close(): Promise<void> {
    this.#waiting.splice(0);
    await Promise.all([...this.#sandboxes].map((sandbox) => this.#stop(sandbox)));
  }

  async #stop(sandbox: Sandbox): Promise<void> {
    clearTimeout(this.#idle.get(sandbox));
    this.#idle.delete(sandbox);
    this.#sandboxes.delete(sandbox);
    await sandbox.stop();
  }
}
