import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError, arnOf, servicePrincipal, type Cloud, type Guard, type Output, type Service } from './aws.ts';
import { queueUrl } from './events/delivery.ts';
import { roleExists } from './iam.ts';
import { notSupported, operation } from './operation.ts';
import { paging } from './paging.ts';
import { policyProblem } from './policy/problem.ts';
import { messageAttributes, type MessageAttributes } from './queues/messageAttributes.ts';

const MOST_BYTES = 262_144;

type Attributes = Readonly<Record<string, string>>;
interface Subscription {
  readonly SubscriptionArn: string;
  readonly TopicArn: string;
  readonly Protocol: 'sqs';
  /** ARN of the queue. */
  readonly Endpoint: string;
  /** Whether the queue gets the message as it is, not within a notification. */
  readonly raw: boolean;
}
interface Message {
  readonly id: string;
  readonly topicArn: string;
  readonly Message: string;
  readonly Subject?: string | undefined;
  readonly MessageAttributes: MessageAttributes;
}

const inPages = paging({ token: 'NextToken', most: 100, badToken: 'InvalidParameter' });
const TopicArn = z.string();
const AttributeName = z.enum(['DisplayName', 'Policy', 'KmsMasterKeyId']);

/** SNS: standard topics, delivered to queues. */
export function createSns(cloud: Cloud): Service {
  const sns = new Sns(cloud);
  return {
    name: 'sns',
    guardOf: (arn) => sns.guardOf(arn),
    operations: {
      CreateTopic: operation({ Name: z.string() }, ({ Name }) => sns.createTopic(Name)),
      ListTopics: inPages('Topics', 'TopicArn', {}, () => sns.topics().map((arn) => ({ TopicArn: arn }))),
      GetTopicAttributes: operation({ TopicArn }, (input) => ({ Attributes: sns.describe(input.TopicArn) })),
      SetTopicAttributes: operation({ TopicArn, AttributeName, AttributeValue: z.string() }, (input) =>
        sns.setAttribute(input.TopicArn, input.AttributeName, input.AttributeValue),
      ),
      Subscribe: operation(
        {
          TopicArn,
          Protocol: z.string(),
          Endpoint: z.string(),
          Attributes: z.record(z.string(), z.string()).default({}),
          // Of a queue's subscription, which needs no confirmation, the ARN is told anyway.
          ReturnSubscriptionArn: z.union([z.boolean(), z.stringbool()]).optional(),
        },
        (input) => sns.subscribe(input),
      ),
      Unsubscribe: operation({ SubscriptionArn: z.string() }, (input) => sns.unsubscribe(input.SubscriptionArn)),
      GetSubscriptionAttributes: operation({ SubscriptionArn: z.string() }, (input) => ({
        Attributes: sns.subscription(input.SubscriptionArn),
      })),
      ListSubscriptions: inPages('Subscriptions', 'SubscriptionArn', {}, () =>
        sns.subscriptions().map((each) => sns.listed(each)),
      ),
      ListSubscriptionsByTopic: inPages('Subscriptions', 'SubscriptionArn', { TopicArn }, (input) =>
        sns.subscriptions(sns.topic(input.TopicArn)).map((each) => sns.listed(each)),
      ),
      Publish: operation(
        {
          TopicArn,
          Message: z.string(),
          Subject: z.string().min(1).max(100).optional(),
          MessageAttributes: messageAttributes,
        },
        (input) => sns.publish({ ...input, id: randomUUID(), topicArn: sns.topic(input.TopicArn) }),
      ),
    },
  };
}

class Sns {
  readonly #cloud: Cloud;
  readonly #topics;
  readonly #subscriptions;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#topics = cloud.store.heldCollection<Attributes>('sns.topic');
    this.#subscriptions = cloud.store.collection<Subscription>('sns.subscription');
  }

  createTopic(name: string): Output {
    if (name.endsWith('.fifo')) throw notSupported('A FIFO topic');
    if (!/^[\w-]{1,256}$/.test(name)) throw invalid('Topic Name');
    const arn = arnOf(this.#cloud, 'sns', name);
    if (this.#topics.get(arn) === undefined) this.#topics.put(arn, {});
    return { TopicArn: arn };
  }

  guardOf(arn: string): Guard {
    const { Policy, KmsMasterKeyId } = this.#topics.get(arn) ?? {};
    return { policy: Policy, key: KmsMasterKeyId };
  }

  topics(): string[] {
    return this.#topics.list().map(({ key }) => key);
  }

  /** The ARN, of a topic that exists. */
  topic(arn: string): string {
    if (this.#topics.get(arn) === undefined) throw new AwsError('NotFound', 'Topic does not exist', { status: 404 });
    return arn;
  }

  describe(arn: string): Attributes {
    const subscriptions = this.subscriptions(this.topic(arn)).length;
    return {
      DisplayName: '',
      ...this.#topics.get(arn),
      TopicArn: arn,
      Owner: this.#cloud.account,
      SubscriptionsConfirmed: String(subscriptions),
      SubscriptionsPending: '0',
      SubscriptionsDeleted: '0',
    };
  }

  setAttribute(arn: string, name: string, value: string): Output {
    const problem =
      name === 'Policy' ? policyProblem(value, 'sns', (role) => roleExists(this.#cloud.store, role)) : undefined;
    if (problem !== undefined) throw invalid(`Policy Error: ${problem}`);
    this.#topics.put(arn, { ...this.#topics.get(this.topic(arn)), [name]: value });
    return undefined;
  }

  subscribe(input: { TopicArn: string; Protocol: string; Endpoint: string; Attributes: Attributes }): Output {
    const { TopicArn, Protocol, Endpoint } = input;
    const { RawMessageDelivery, ...other } = input.Attributes;
    if (Protocol !== 'sqs') throw notSupported(`The subscription protocol ${Protocol}`);
    for (const name of Object.keys(other)) throw notSupported(`The subscription attribute ${name}`);
    const known = this.subscriptions(this.topic(TopicArn)).find((each) => each.Endpoint === Endpoint);
    const SubscriptionArn = known?.SubscriptionArn ?? `${TopicArn}:${randomUUID()}`;
    const raw = RawMessageDelivery === 'true';
    this.#subscriptions.put(SubscriptionArn, known ?? { SubscriptionArn, TopicArn, Protocol, Endpoint, raw });
    return { SubscriptionArn };
  }

  unsubscribe(arn: string): Output {
    this.#subscriptions.remove(arn);
    return undefined;
  }

  subscriptions(topicArn?: string): Subscription[] {
    return this.#subscriptions.list(topicArn === undefined ? '' : `${topicArn}:`).map(({ value }) => value);
  }

  /** https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html */
  subscription(arn: string): Attributes {
    const found = this.#subscriptions.get(arn);
    if (found === undefined) throw new AwsError('NotFound', 'Subscription does not exist', { status: 404 });
    return {
      ...this.listed(found),
      ConfirmationWasAuthenticated: 'true',
      PendingConfirmation: 'false',
      RawMessageDelivery: String(found.raw),
    };
  }

  listed({ SubscriptionArn, TopicArn, Protocol, Endpoint }: Subscription): Attributes {
    return { SubscriptionArn, TopicArn, Protocol, Endpoint, Owner: this.#cloud.account };
  }

  /** Delivered to every subscriber before it answers, so that what was answered is not lost. */
  async publish(message: Message): Promise<Output> {
    if (message.Message === '') throw invalid('Empty message');
    if (Buffer.byteLength(message.Message) > MOST_BYTES) throw invalid('Message too long');
    for (const subscription of this.subscriptions(message.topicArn)) await this.#deliver(subscription, message);
    return { MessageId: message.id };
  }

  /** What the queue refuses is lost, as on AWS without a dead-letter queue. */
  async #deliver(subscription: Subscription, message: Message): Promise<void> {
    const { Endpoint, raw } = subscription;
    const { Message: MessageBody, MessageAttributes } = message;
    const content = raw
      ? { MessageBody, MessageAttributes }
      : { MessageBody: this.#notification(subscription, message) };
    const self = servicePrincipal('sns', message.topicArn);
    try {
      await this.#cloud.call('sqs', 'SendMessage', { QueueUrl: queueUrl(this.#cloud, Endpoint), ...content }, self);
    } catch (error) {
      this.#cloud.log(`sns: ${Endpoint} lost message ${message.id} of ${message.topicArn}: ${String(error)}`);
    }
  }

  /** https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html, unsigned. */
  #notification({ SubscriptionArn }: Subscription, message: Message): string {
    const named = Object.entries(message.MessageAttributes).map(([name, { DataType, StringValue }]) => [
      name,
      { Type: DataType, Value: StringValue },
    ]);
    return JSON.stringify({
      Type: 'Notification',
      MessageId: message.id,
      TopicArn: message.topicArn,
      Subject: message.Subject,
      Message: message.Message,
      Timestamp: new Date().toISOString(),
      UnsubscribeURL: `${this.#cloud.endpoint}/?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn}`,
      ...(named.length > 0 && { MessageAttributes: Object.fromEntries(named) as unknown }),
    });
  }
}

const invalid = (what: string): AwsError => new AwsError('InvalidParameter', `Invalid parameter: ${what}`);
