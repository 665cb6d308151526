import { randomUUID } from 'node:crypto';
import type { Collection } from '../store.ts';
import { md5, type MessageAttributes } from './messageAttributes.ts';
import { DEFAULTS, redrivePolicy, type QueueAttributes } from './queueAttributes.ts';

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
  /** As their owner set them. */
  readonly attributes: QueueAttributes;
  /** Epoch seconds. */
  readonly created: number;
  readonly modified: number;
}

/** A standard queue: its messages in memory, each written to the store before anything else sees the change. */
export class Queue {
  readonly arn: string;
  readonly name: string;
  record: QueueRecord;
  readonly #store: Collection<Message>;
  readonly #messages = new Map<string, Message>();
  readonly #waiting = new Set<() => void>();

  constructor(arn: string, record: QueueRecord, store: Collection<Message>) {
    this.arn = arn;
    this.name = arn.split(':').at(-1) ?? '';
    this.record = record;
    this.#store = store;
    const stored = store.list(`${this.name}/`).map(({ value }) => value);
    for (const message of stored.sort((left, right) => left.sent - right.sent)) this.#messages.set(message.id, message);
  }

  seconds(attribute: 'VisibilityTimeout' | 'MessageRetentionPeriod'): number {
    return Number(this.record.attributes[attribute] ?? DEFAULTS[attribute]);
  }

  send(body: string, attributes: MessageAttributes, sender: string): Message {
    const sent = Date.now();
    const message = { id: randomUUID(), body, md5: md5(body), attributes, sender, sent, visible: sent, receives: 0 };
    this.put(message);
    return message;
  }

  /** Adds or changes a message; those who wait look again. */
  put(message: Message): void {
    this.#store.put(`${this.name}/${message.id}`, message);
    this.#messages.set(message.id, message);
    this.wake();
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
    const oldest = now - this.seconds('MessageRetentionPeriod') * 1000;
    for (const message of [...this.#messages.values()]) {
      if (message.sent < oldest) this.remove(message);
      else if (message.visible <= now) yield message;
    }
  }

  /** Takes up to `most` messages for `seconds`; one that was received too often goes to `deadLetters` instead. */
  take(most: number, seconds: number, deadLetters: (arn: string) => Queue | undefined): Message[] {
    const taken: Message[] = [];
    const { deadLetterTargetArn = '', maxReceiveCount = 0 } = redrivePolicy(this.record.attributes) ?? {};
    const target = deadLetters(deadLetterTargetArn);
    for (const message of this.visible()) {
      if (taken.length === most) break;
      if (target !== undefined && message.receives >= maxReceiveCount) {
        this.remove(message);
        target.put({ ...message, deadLetterSource: this.arn });
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

  /** What the owner set, and what SQS counts. */
  describe(): QueueAttributes {
    const now = Date.now();
    const inFlight = [...this.#messages.values()].filter(({ visible }) => visible > now).length;
    return {
      ...DEFAULTS,
      SqsManagedSseEnabled: String(this.record.attributes['KmsMasterKeyId'] === undefined),
      ...this.record.attributes,
      QueueArn: this.arn,
      CreatedTimestamp: String(this.record.created),
      LastModifiedTimestamp: String(this.record.modified),
      ApproximateNumberOfMessages: String(this.#messages.size - inFlight),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
      ApproximateNumberOfMessagesDelayed: '0',
    };
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
