import { AwsError, arnOf, type Cloud, type Guard, type Output } from '../aws.ts';
import { policyFault } from '../iam.ts';
import { notSupported } from '../operation.ts';
import { Queue, type Message, type QueueRecord } from './queue.ts';
import { checkAttributes, DEFAULTS, redrivePolicy, type QueueAttributes } from './queueAttributes.ts';

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
    this.#check(given);
    const known = this.#queues.get(name);
    if (known !== undefined) {
      const present = { ...DEFAULTS, ...known.record.attributes };
      const other = Object.keys(given).find((attribute) => present[attribute] !== given[attribute]);
      if (other === undefined) return { QueueUrl: this.url(known) };
      const message = `A queue already exists with the same name and a different value for attribute ${other}`;
      throw new AwsError('QueueNameExists', message);
    }
    const now = Math.floor(Date.now() / 1000);
    const record = { attributes: given, created: now, modified: now };
    this.#records.put(name, record);
    return { QueueUrl: this.url(this.#add(name, record)) };
  }

  setAttributes(queue: Queue, changes: QueueAttributes): Output {
    this.#check(changes);
    const attributes = { ...queue.record.attributes, ...changes };
    queue.record = { ...queue.record, attributes, modified: Math.floor(Date.now() / 1000) };
    this.#records.put(queue.name, queue.record);
    return undefined;
  }

  /** By name, URL or ARN. */
  queue(reference: string): Queue {
    const queue = this.#queues.get(reference.split(/[/:]/).at(-1) ?? '');
    if (queue === undefined) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  }

  byArn(arn: string): Queue | undefined {
    const queue = this.#queues.get(arn.split(':').at(-1) ?? '');
    return queue?.arn === arn ? queue : undefined;
  }

  list(prefix = ''): Queue[] {
    return this.#records.list(prefix).map(({ key }) => this.queue(key));
  }

  url(queue: Queue): string {
    return `${this.#cloud.endpoint}/${this.#cloud.account}/${queue.name}`;
  }

  /** Up to `most` messages, hidden for `seconds`; waits up to `waitSeconds` for the first of them. */
  async receive(queue: Queue, most: number, seconds: number | undefined, waitSeconds: number): Promise<Message[]> {
    for (const deadline = Date.now() + waitSeconds * 1000; !this.#closed;) {
      const taken = this.#cloud.store.transaction(() =>
        queue.take(most, seconds ?? queue.seconds('VisibilityTimeout'), (arn) => this.byArn(arn)),
      );
      if (taken.length > 0 || Date.now() >= deadline) return taken;
      await queue.changed(deadline);
    }
    return [];
  }

  guardOf(arn: string): Guard {
    const { Policy, KmsMasterKeyId } = this.byArn(arn)?.record.attributes ?? {};
    return { policy: Policy === '' ? undefined : Policy, key: KmsMasterKeyId };
  }

  sourcesOf(deadLetters: Queue): Queue[] {
    return this.list().filter(
      ({ record }) => redrivePolicy(record.attributes)?.deadLetterTargetArn === deadLetters.arn,
    );
  }

  close(): void {
    this.#closed = true;
    for (const queue of this.#queues.values()) queue.wake();
  }

  #check(attributes: QueueAttributes): void {
    checkAttributes(attributes, (arn) => this.byArn(arn) !== undefined);
    const { Policy = '' } = attributes;
    // An empty one takes the present one away.
    const problem = Policy === '' ? undefined : policyFault(this.#cloud.store, Policy, 'sqs');
    if (problem === undefined) return;
    const message = 'Invalid value for the parameter Policy.';
    throw new AwsError('InvalidAttributeValue', message, { cause: new Error(problem) });
  }

  #add(name: string, record: QueueRecord): Queue {
    const queue = new Queue(arnOf(this.#cloud, 'sqs', name), record, this.#messages);
    this.#queues.set(name, queue);
    return queue;
  }
}
