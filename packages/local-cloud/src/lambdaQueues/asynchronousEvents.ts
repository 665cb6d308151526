import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud } from '../aws.ts';
import type { Runner } from '../lambda/runner.ts';

/** AWS waits a minute before the first retry and two before the second, and then discards the event. */
const retryDelays = [60_000, 120_000];

/** Lambda's own queue of events invoked with `InvocationType: Event`: kept until handled, over a kill as well. */
export class AsynchronousEvents {
  readonly #cloud: Cloud;
  readonly #runner: Runner;
  readonly #events;
  readonly #stop = new AbortController();

  constructor(cloud: Cloud, runner: Runner) {
    this.#cloud = cloud;
    this.#runner = runner;
    this.#events = cloud.store.collection<{ functionName: string; payload: string; failures: number }>('lambda.event');
  }

  accept(functionName: string, payload: string): void {
    const requestId = randomUUID();
    this.#events.put(requestId, { functionName, payload, failures: 0 });
    void this.#deliver(requestId);
  }

  resume(): void {
    for (const { key } of this.#events.list()) void this.#deliver(key);
  }

  close(): void {
    this.#stop.abort();
  }

  async #deliver(requestId: string): Promise<void> {
    const event = this.#events.get(requestId);
    if (event === undefined) return;
    const outcome = await this.#runner
      .invoke(event.functionName, event.payload, requestId)
      .catch((error: unknown) => ({ failure: String(error) }));
    if (this.#stop.signal.aborted) return;
    const delay = 'failure' in outcome ? retryDelays[event.failures] : undefined;
    if ('failure' in outcome) {
      const next = delay === undefined ? 'given up' : `again in ${delay / 1000} s`;
      this.#cloud.log(`lambda: ${event.functionName} ${requestId} ${next}: ${JSON.stringify(outcome.failure)}`);
    }
    if (delay === undefined) {
      this.#events.remove(requestId);
      return;
    }
    this.#events.put(requestId, { ...event, failures: event.failures + 1 });
    const retry = sleep(delay, undefined, { signal: this.#stop.signal });
    await retry.then(() => this.#deliver(requestId)).catch(() => undefined);
  }
}
