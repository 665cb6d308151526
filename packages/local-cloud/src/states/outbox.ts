import { AwsError, type Caller, type Cloud, type Input } from '../aws.ts';

/** A call that has to be made at least once, whatever happens to the process. */
export interface Errand {
  readonly service: string;
  readonly operation: string;
  readonly input: Input;
  readonly caller: Caller;
}

const RETRY_MS = 1_000;

/** Errands are noted in the transaction that causes them, and done in their order after it. */
export class Outbox {
  readonly #cloud: Cloud;
  readonly #pending;
  #sequence = 0;
  #sending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#pending = cloud.store.collection<Errand>('states.outbox');
  }

  /** Synchronous, for use inside a transaction; `flush` after it. */
  add(errand: Errand): void {
    this.#sequence += 1;
    const time = Date.now().toString().padStart(15, '0');
    this.#pending.put(`${time}-${this.#sequence.toString().padStart(9, '0')}`, errand);
  }

  flush(): void {
    if (this.#closed || this.#timer !== undefined) return;
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#sending;
  }

  async #send(): Promise<void> {
    for (let [next] = this.#pending.list(); next !== undefined && !this.#closed; [next] = this.#pending.list()) {
      try {
        await this.#do(next.value);
      } catch (error) {
        this.#cloud.log(`states: ${next.value.operation} is tried again: ${String(error)}`);
        this.#timer = setTimeout(() => {
          this.#timer = undefined;
          this.flush();
        }, RETRY_MS);
        return;
      }
      this.#pending.remove(next.key);
    }
  }

  async #do({ service, operation, input, caller }: Errand): Promise<void> {
    try {
      const answer = await this.#cloud.call(service, operation, input, caller);
      if (Number(answer['FailedEntryCount'] ?? 0) > 0) throw new Error(JSON.stringify(answer));
    } catch (error) {
      // A job that has ended, or that its role may not stop, is none of ours any more.
      if (!(error instanceof AwsError) || !operation.startsWith('Stop')) throw error;
      this.#cloud.log(`states: ${operation} was refused: ${error.message}`);
    }
  }
}
