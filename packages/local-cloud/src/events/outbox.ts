import { AwsError, type Cloud } from '../aws.ts';

/** How to bring something to its target, and what to do where that fails. */
export interface Errand<T> {
  /** Throws what the target answered. */
  deliver(work: T): Promise<void>;
  /** The last thing to do about it. */
  giveUp(work: T, failure: Failure): Promise<void>;
}

export interface Failure {
  readonly error: unknown;
  /** Further tries after the first. */
  readonly retries: number;
  /** Which bound on retries ended it; absent for an error that no retry mends. */
  readonly exhausted?: string;
}

interface Entry<T> {
  readonly work: T;
  /** Epoch milliseconds. */
  readonly accepted: number;
  readonly due: number;
  readonly retries: number;
}

/** The retry policy that EventBridge has by default. */
const MOST_RETRIES = 185;
const OLDEST_MS = 86_400_000;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 300_000;

/**
 * Whatever `put` has returned for is delivered or given up, if need be after a restart: at least once. Deliveries begin
 * with `resume`: while the cloud starts, targets may not be there yet.
 */
export class Outbox<T> {
  readonly #entries;
  readonly #errand: Errand<T>;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #underWay = new Set<Promise<void>>();
  #running = false;

  constructor(cloud: Cloud, name: string, errand: Errand<T>) {
    this.#entries = cloud.store.collection<Entry<T>>(name);
    this.#errand = errand;
  }

  /** Durable at once; the delivery follows on its own. */
  put(key: string, work: T): void {
    const now = Date.now();
    this.#keep(key, { work, accepted: now, due: now, retries: 0 });
  }

  resume(): void {
    this.#running = true;
    for (const { key, value } of this.#entries.list()) this.#schedule(key, value.due);
  }

  async close(): Promise<void> {
    this.#running = false;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#underWay);
  }

  #keep(key: string, entry: Entry<T>): void {
    this.#entries.put(key, entry);
    this.#schedule(key, entry.due);
  }

  #schedule(key: string, due: number): void {
    if (!this.#running || this.#timers.has(key)) return;
    const run = (): void => {
      this.#timers.delete(key);
      const work = this.#attempt(key).finally(() => this.#underWay.delete(work));
      this.#underWay.add(work);
    };
    this.#timers.set(key, setTimeout(run, Math.max(0, due - Date.now())));
  }

  async #attempt(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    try {
      await this.#errand.deliver(entry.work);
    } catch (error) {
      // What fails because the cloud stops is tried again when it starts.
      if (!this.#running) return;
      const next = { ...entry, retries: entry.retries + 1, due: Date.now() + backoff(entry.retries) };
      const exhausted = exhaustedBy(next);
      if (isTransient(error) && exhausted === undefined) {
        this.#keep(key, next);
        return;
      }
      const bound = isTransient(error) && exhausted !== undefined ? { exhausted } : {};
      await this.#errand.giveUp(entry.work, { error, retries: entry.retries, ...bound });
    }
    this.#entries.remove(key);
  }
}

const backoff = (retries: number): number =>
  Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** retries) * (0.5 + Math.random() / 2);

function exhaustedBy({ retries, due, accepted }: Entry<unknown>): string | undefined {
  if (retries > MOST_RETRIES) return 'MaximumRetryAttempts';
  return due > accepted + OLDEST_MS ? 'MaximumEventAgeInSeconds' : undefined;
}

/** A missing permission, a missing target and a refused input stay as they are: AWS does not try those again. */
function isTransient(error: unknown): boolean {
  if (!(error instanceof AwsError)) return true;
  return [429, 500, 503].includes(error.status) || /throttl|TooManyRequests/i.test(error.code);
}
