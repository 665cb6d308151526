import { randomUUID } from 'node:crypto';
import { AwsError, type Cloud, type Output } from '../aws.ts';
import { notSupported } from '../operation.ts';
import { Queue, type Message, type QueueRecord } from './queue.ts';
import { changed, redrivePolicy, type QueueAttributes } from './queueAttributes.ts';

/** All queues of the account. */
export class Queues {
  readonly #cloud: Cloud;
  readonly #records;
  readonly #messages;
  readonly #queues = new Map<string, Queue>();
  #closed = false;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#records = cloud.store.collection<QueueRecord>('sqs.queue');
    this.#messages = cloud.store.collection<Message>('sqs.message');
    for (const { key, value } of this.#records.list()) this.#add(key, value);
  }

  create(name: string, given: QueueAttributes): Output {
    if (name.endsWith('.fifo')) throw notSupported('A FIFO queue');
    if (!/^[\w-]{1,80}$/.test(name)) {
      throw new AwsError(
        'InvalidParameterValue',
        'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
      );
    }
    const known = this.#queues.get(name);
    const next = changed(undefined, given, (arn) => this.#byArn(arn) !== undefined);
    const other = Object.keys(given).find(
      (attribute) => known && known.record.attributes[attribute] !== next[attribute],
    );
    if (other !== undefined) {
      const message = `A queue already exists with the same name and a different value for attribute ${other}`;
      throw new AwsError('QueueNameExists', message);
    }
    if (known !== undefined) return { QueueUrl: this.url(known) };
    const now = Math.floor(Date.now() / 1000);
    const record = { attributes: next, created: now, modified: now };
    this.#records.put(name, record);
    return { QueueUrl: this.url(this.#add(name, record)) };
  }

  setAttributes(queue: Queue, changes: QueueAttributes): void {
    const next = changed(queue.record.attributes, changes, (arn) => this.#byArn(arn) !== undefined);
    queue.record = { ...queue.record, attributes: next, modified: Math.floor(Date.now() / 1000) };
    this.#records.put(queue.name, queue.record);
  }

  /** By name, URL or ARN. */
  queue(reference: string): Queue {
    const queue = this.#queues.get(reference.split(/[/:]/).at(-1) ?? '');
    if (queue === undefined) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  }

  all(): Queue[] {
    return [...this.#queues.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  url(queue: Queue): string {
    return `${this.#cloud.endpoint}/${this.#cloud.account}/${queue.name}`;
  }

  async receive(
    queue: Queue,
    options: {
      MaxNumberOfMessages: number;
      VisibilityTimeout?: number | undefined;
      WaitTimeSeconds?: number | undefined;
    },
  ): Promise<Message[]> {
    const deadline = Date.now() + (options.WaitTimeSeconds ?? queue.number('ReceiveMessageWaitTimeSeconds')) * 1000;
    for (;;) {
      const seconds = options.VisibilityTimeout ?? queue.number('VisibilityTimeout');
      const taken = this.#closed
        ? []
        : this.#cloud.store.transaction(() =>
            queue.take(options.MaxNumberOfMessages, seconds, (arn) => this.#byArn(arn)),
          );
      if (taken.length > 0 || this.#closed || Date.now() >= deadline) return taken;
      await queue.changed(deadline);
    }
  }

  sourcesOf(deadLetters: Queue): Queue[] {
    return this.all().filter(({ record }) => {
      const policy = record.attributes['RedrivePolicy'];
      return policy !== undefined && redrivePolicy(policy).deadLetterTargetArn === deadLetters.arn;
    });
  }

  /** Redrive. What AWS does in the background is done when this answers. */
  moveMessages(sourceArn: string, destinationArn: string | undefined): Output {
    const source = this.#required(sourceArn);
    if (this.sourcesOf(source).length === 0) {
      throw new AwsError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
    }
    const destination = destinationArn === undefined ? undefined : this.#required(destinationArn);
    let moved = 0;
    let unknown = 0;
    this.#cloud.store.transaction(() => {
      for (const message of [...source.visible()]) {
        const target = destination ?? this.#byArn(message.deadLetterSource ?? '');
        if (target === undefined) unknown += 1;
        else {
          source.remove(message);
          target.send(message.body, message.attributes, message.sender, 0);
          moved += 1;
        }
      }
    });
    if (unknown > 0) this.#cloud.log(`sqs: ${unknown} messages stay in ${sourceArn}: they came from no queue`);
    return { TaskHandle: randomUUID(), ApproximateNumberOfMessagesMoved: moved };
  }

  close(): void {
    this.#closed = true;
    for (const queue of this.#queues.values()) queue.wake();
  }

  #add(name: string, record: QueueRecord): Queue {
    const queue = new Queue(`arn:aws:sqs:${this.#cloud.region}:${this.#cloud.account}:${name}`, record, this.#messages);
    this.#queues.set(name, queue);
    return queue;
  }

  #byArn(arn: string): Queue | undefined {
    const queue = this.#queues.get(arn.split(':').at(-1) ?? '');
    return queue?.arn === arn ? queue : undefined;
  }

  #required(arn: string): Queue {
    const queue = this.#byArn(arn);
    if (queue !== undefined) return queue;
    throw new AwsError(
      'ResourceNotFoundException',
      "The resource that you specified for the SourceArn parameter doesn't exist.",
    );
  }
}
