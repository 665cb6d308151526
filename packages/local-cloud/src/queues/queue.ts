import { randomUUID } from 'node:crypto';
import type { Collection } from '../store.ts';
import { md5, type MessageAttributes } from './messageAttributes.ts';
import { redrivePolicy, type QueueAttributes } from './queueAttributes.ts';

/** A message as it lies in a queue. Times are epoch milliseconds. */
export interface Message {
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  readonly attributes: MessageAttributes;
  readonly sender: string;
  readonly sent: number;
  readonly visible: number;
  readonly receives: number;
  readonly firstReceived?: number;
  /** Of the last receive. */
  readonly receipt?: string;
  /** The queue that gave up on it. */
  readonly deadLetterSource?: string;
}

export interface QueueRecord {
  readonly attributes: QueueAttributes;
  /** Epoch seconds. */
  readonly created: number;
  readonly modified: number;
}

/** A standard queue: its messages in memory, each written to the store before anything else sees the change. */
export class Queue {
  readonly arn: string;
  record: QueueRecord;
  readonly #store: Collection<Message>;
  readonly #messages = new Map<string, Message>();
  readonly #waiting = new Set<() => void>();

  constructor(arn: string, record: QueueRecord, store: Collection<Message>) {
    this.arn = arn;
    this.record = record;
    this.#store = store;
    const stored = store.list(`${this.name}/`).map(({ value }) => value);
    for (const message of stored.sort((left, right) => left.sent - right.sent)) this.#messages.set(message.id, message);
  }

  get name(): string {
    return this.arn.split(':').at(-1) ?? '';
  }

  number(attribute: string): number {
    return Number(this.record.attributes[attribute]);
  }

  send(
    body: string,
    attributes: MessageAttributes,
    sender: string,
    delaySeconds = this.number('DelaySeconds'),
  ): Message {
    const sent = Date.now();
    const message = {
      id: randomUUID(),
      body,
      md5: md5(body),
      attributes,
      sender,
      sent,
      visible: sent + delaySeconds * 1000,
      receives: 0,
    };
    this.put(message);
    this.wake();
    return message;
  }

  put(message: Message): void {
    this.#store.put(`${this.name}/${message.id}`, message);
    this.#messages.set(message.id, message);
  }

  remove(message: Message): void {
    this.#store.remove(`${this.name}/${message.id}`);
    this.#messages.delete(message.id);
  }

  /** The message that this receipt was given for; undefined when it is gone or was received again since. */
  received(receipt: string): Message | undefined {
    const message = this.#messages.get(receipt.split('/')[0] ?? '');
    return message?.receipt === receipt ? message : undefined;
  }

  /** Messages that may be received now, oldest first; those past their retention are removed. */
  *visible(): Generator<Message> {
    const now = Date.now();
    const oldest = now - this.number('MessageRetentionPeriod') * 1000;
    for (const message of this.#messages.values()) {
      if (message.sent < oldest) this.remove(message);
      else if (message.visible <= now) yield message;
    }
  }

  /** Takes up to `most` messages for `seconds`; one that was received too often goes to `deadLetters` instead. */
  take(most: number, seconds: number, deadLetters: (arn: string) => Queue | undefined): Message[] {
    const taken: Message[] = [];
    const policy = this.record.attributes['RedrivePolicy'];
    const { deadLetterTargetArn = '', maxReceiveCount = 0 } = policy === undefined ? {} : redrivePolicy(policy);
    const target = deadLetters(deadLetterTargetArn);
    for (const message of this.visible()) {
      if (taken.length === most) break;
      if (target !== undefined && message.receives >= maxReceiveCount) {
        this.remove(message);
        target.put({ ...message, deadLetterSource: this.arn });
        target.wake();
        continue;
      }
      const now = Date.now();
      const received = {
        ...message,
        receives: message.receives + 1,
        firstReceived: message.firstReceived ?? now,
        visible: now + seconds * 1000,
        receipt: `${message.id}/${randomUUID()}`,
      };
      this.put(received);
      taken.push(received);
    }
    return taken;
  }

  counts(): { visible: number; inFlight: number; delayed: number } {
    const now = Date.now();
    const hidden = [...this.#messages.values()].filter(({ visible }) => visible > now);
    const inFlight = hidden.filter(({ receipt }) => receipt !== undefined).length;
    return { visible: this.#messages.size - hidden.length, inFlight, delayed: hidden.length - inFlight };
  }

  purge(): void {
    for (const message of [...this.#messages.values()]) this.remove(message);
  }

  /** Resolves as soon as a message may have become visible, at the latest at `deadline`. */
  async changed(deadline: number): Promise<void> {
    const next = [...this.#messages.values()].reduce((least, { visible }) => Math.min(least, visible), deadline);
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(1, next - Date.now()));
      this.#waiting.add(done);
    });
  }

  /** Lets those who wait look again. */
  wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}
