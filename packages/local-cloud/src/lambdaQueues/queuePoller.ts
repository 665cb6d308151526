import { setTimeout as sleep } from 'node:timers/promises';
import { internally, type Caller, type Cloud } from '../aws.ts';
import { maxSandboxes } from '../lambda/runner.ts';
import type { Outcome } from '../lambda/sandbox.ts';
import { failedMessageIds, toEventRecord, type QueueMessage } from './sqsBatch.ts';

export interface QueuePollerSpec {
  readonly queueArn: string;
  readonly queueUrl: string;
  /** The function's role: it must be allowed to receive and to delete. */
  readonly caller: Caller;
  readonly batchSize: number;
  readonly reportsItemFailures: boolean;
  invoke(payload: string): Promise<Outcome>;
}

/** SQS's longest poll, in seconds. */
const longPoll = 20;

/** Milliseconds between attempts while polling fails. */
const pause = 5000;

/**
 * Polls one queue for one function. One poll is always open; each that brings messages opens another, up to
 * what the function may run at a time, and all but the last end when they find the queue empty. What a batch leaves undeleted comes back when
 * its visibility timeout has passed; how often is for the queue's own redrive policy to say. What was in hand when the
 * process ended comes back at the next start: nobody works on it any more.
 */
export class QueuePoller {
  readonly #cloud: Cloud;
  readonly #spec: QueuePollerSpec;
  readonly #stop = new AbortController();
  /** Receipts of the messages in hand, of all pollers. */
  readonly #inHand;
  #polls = 0;

  constructor(cloud: Cloud, spec: QueuePollerSpec) {
    this.#cloud = cloud;
    this.#spec = spec;
    this.#inHand = cloud.store.collection<{ readonly ReceiptHandle: string }>('lambda.in-hand');
  }

  /** Gives back what a process before this one had in hand, then polls. */
  async resume(): Promise<void> {
    for (const { key, value } of this.#inHand.list(`${this.#spec.queueArn}/`)) {
      await this.#giveBack(value.ReceiptHandle).catch((error: unknown) => {
        this.#cloud.log(`lambda: a message of ${this.#spec.queueArn} comes back in its own time: ${String(error)}`);
      });
      this.#inHand.remove(key);
    }
    this.start();
  }

  start(): void {
    if (this.#polls >= maxSandboxes) return;
    this.#polls += 1;
    void this.#poll();
  }

  /** No further poll is made and nothing more is deleted. */
  stop(): void {
    this.#stop.abort();
  }

  #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #poll(): Promise<void> {
    while (!this.#stopped()) {
      try {
        const batch = await this.#receive();
        if (batch.length === 0 && this.#polls > 1) break;
        if (batch.length === 0 || this.#stopped()) continue;
        this.start();
        await this.#handle(batch);
      } catch (error) {
        if (this.#stopped()) break;
        this.#cloud.log(`lambda: polling ${this.#spec.queueArn} failed: ${String(error)}`);
        await sleep(pause, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    }
    this.#polls -= 1;
  }

  async #receive(): Promise<QueueMessage[]> {
    const all = { AttributeNames: ['All'], MessageAttributeNames: ['All'] };
    const input = { MaxNumberOfMessages: this.#spec.batchSize, WaitTimeSeconds: longPoll, ...all };
    const { Messages } = await this.#sqs('ReceiveMessage', input);
    const batch = (Messages ?? []) as QueueMessage[];
    for (const { MessageId, ReceiptHandle } of batch) this.#inHand.put(this.#key(MessageId), { ReceiptHandle });
    return batch;
  }

  #key(messageId: string): string {
    return `${this.#spec.queueArn}/${messageId}`;
  }

  async #handle(batch: readonly QueueMessage[]): Promise<void> {
    const Records = batch.map((message) => toEventRecord(message, this.#spec.queueArn));
    const outcome = await this.#spec.invoke(JSON.stringify({ Records }));
    if (this.#stopped()) return;
    for (const { MessageId } of batch) this.#inHand.remove(this.#key(MessageId));
    if ('failure' in outcome) return;
    const ids = new Set(batch.map(({ MessageId }) => MessageId));
    const failed = this.#spec.reportsItemFailures ? failedMessageIds(outcome.payload, ids) : new Set();
    const done = batch.filter(({ MessageId }) => !failed.has(MessageId));
    const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    if (Entries.length > 0) await this.#sqs('DeleteMessageBatch', { Entries });
  }

  /** What Lambda does of itself when a function's batch ends without an answer: no role is asked. */
  async #giveBack(ReceiptHandle: string): Promise<void> {
    const input = { QueueUrl: this.#spec.queueUrl, ReceiptHandle, VisibilityTimeout: 0 };
    await this.#cloud.call('sqs', 'ChangeMessageVisibility', input, internally('lambda'));
  }

  #sqs(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    return this.#cloud.call('sqs', operation, { QueueUrl: this.#spec.queueUrl, ...input }, this.#spec.caller);
  }
}
