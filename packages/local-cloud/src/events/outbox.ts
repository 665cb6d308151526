import { AwsError, type Cloud } from '../aws.ts';

/** Something that must reach a target, and what to do where it does not. */
export interface Errand<T> {
  /** Brings it to its target, for the `attempt`th time (from 1); throws what the target answered. */
  deliver(work: T, attempt: number): Promise<void>;
  /** The last thing to do about it. */
  giveUp(work: T, failure: Failure): Promise<void>;
  retryPolicy(work: T): RetryPolicy | undefined;
}

export interface RetryPolicy {
  readonly MaximumRetryAttempts?: number | undefined;
  readonly MaximumEventAgeInSeconds?: number | undefined;
}

export interface Failure {
  readonly error: unknown;
  /** Further tries after the first. */
  readonly retries: number;
  /** Which bound of the retry policy ended it; absent for an error that no retry mends. */
  readonly exhausted?: string;
}

interface Entry<T> {
  readonly work: T;
  /** Epoch milliseconds. */
  readonly accepted: number;
  readonly due: number;
  readonly retries: number;
}

const RETRIES = 185;
const AGE_SECONDS = 86_400;
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
    this.#entries.put(key, { work, accepted: now, due: now, retries: 0 });
    this.#schedule(key, now);
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
      await this.#errand.deliver(entry.work, entry.retries + 1);
      this.#entries.remove(key);
    } catch (error) {
      await this.#failed(key, entry, error);
    }
  }

  async #failed(key: string, entry: Entry<T>, error: unknown): Promise<void> {
    // What fails because the cloud stops is tried again when it starts.
    if (!this.#running) return;
    const due = Date.now() + backoff(entry.retries);
    const exhausted = this.#exhausted(entry, due);
    if (isTransient(error) && exhausted === undefined) {
      this.#entries.put(key, { ...entry, retries: entry.retries + 1, due });
      this.#schedule(key, due);
      return;
    }
    const bound = isTransient(error) && exhausted !== undefined ? { exhausted } : {};
    await this.#errand.giveUp(entry.work, { error, retries: entry.retries, ...bound });
    this.#entries.remove(key);
  }

  #exhausted({ work, retries, accepted }: Entry<T>, due: number): string | undefined {
    const policy = this.#errand.retryPolicy(work);
    if (retries >= (policy?.MaximumRetryAttempts ?? RETRIES)) return 'MaximumRetryAttempts';
    const oldest = accepted + (policy?.MaximumEventAgeInSeconds ?? AGE_SECONDS) * 1000;
    return due > oldest ? 'MaximumEventAgeInSeconds' : undefined;
  }
}

const backoff = (retries: number): number =>
  Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** retries) * (0.5 + Math.random() / 2);

/** A missing permission, a missing target and a refused input stay as they are: AWS does not try those again. */
function isTransient(error: unknown): boolean {
  if (!(error instanceof AwsError)) return true;
  return [429, 500, 503].includes(error.status) || /throttl|TooManyRequests/i.test(error.code);
}
