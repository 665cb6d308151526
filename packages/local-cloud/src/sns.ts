import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError, servicePrincipal, type Cloud, type Output, type Service } from './aws.ts';
import { queueUrl } from './events/delivery.ts';
import { notSupported, operation } from './operation.ts';
import { messageAttributes, type MessageAttributes } from './queues/messageAttributes.ts';

const SELF = servicePrincipal('sns');
const MOST_BYTES = 262_144;
/** Subscribers that AWS asks for a confirmation, which nobody gives here. */
const CONFIRMED_BY_HAND = new Set(['email', 'email-json', 'http', 'https']);
const TOPIC_ATTRIBUTES = new Set(['DisplayName', 'Policy', 'KmsMasterKeyId', 'SignatureVersion', 'TracingConfig']);

type Attributes = Readonly<Record<string, string>>;
interface Subscription {
  readonly SubscriptionArn: string;
  readonly TopicArn: string;
  readonly Protocol: string;
  readonly Endpoint: string;
  readonly attributes: Attributes;
}
interface Message {
  readonly id: string;
  readonly topicArn: string;
  readonly Message: string;
  readonly Subject?: string | undefined;
  readonly MessageAttributes: MessageAttributes;
}

const attributes = z.record(z.string(), z.string()).default({});
const topic = { TopicArn: z.string() };

/** SNS: standard topics, delivered to queues and functions. */
export function createSns(cloud: Cloud): Service {
  const sns = new Sns(cloud);
  return {
    name: 'sns',
    operations: {
      CreateTopic: operation(
        {
          Name: z.string(),
          Attributes: attributes,
          Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
        },
        ({ Name, Attributes }) => sns.createTopic(Name, Attributes),
      ),
      ListTopics: operation({}, () => ({ Topics: sns.topics().map((TopicArn) => ({ TopicArn })) })),
      GetTopicAttributes: operation(topic, ({ TopicArn }) => ({ Attributes: sns.describe(TopicArn) })),
      SetTopicAttributes: operation(
        { ...topic, AttributeName: z.string(), AttributeValue: z.string().default('') },
        ({ TopicArn, AttributeName, AttributeValue }) => sns.setAttribute(TopicArn, AttributeName, AttributeValue),
      ),
      Subscribe: operation(
        {
          ...topic,
          Protocol: z.string(),
          Endpoint: z.string(),
          Attributes: attributes,
          ReturnSubscriptionArn: z.union([z.boolean(), z.stringbool()]).default(false),
        },
        (input) => sns.subscribe(input),
      ),
      Unsubscribe: operation({ SubscriptionArn: z.string() }, ({ SubscriptionArn }) =>
        sns.unsubscribe(SubscriptionArn),
      ),
      ListSubscriptions: operation({}, () => ({ Subscriptions: sns.subscriptions().map((each) => sns.listed(each)) })),
      ListSubscriptionsByTopic: operation(topic, ({ TopicArn }) => ({
        Subscriptions: sns.subscriptions(sns.topic(TopicArn)).map((each) => sns.listed(each)),
      })),
      Publish: operation(
        {
          TopicArn: z.string().optional(),
          TargetArn: z.string().optional(),
          Message: z.string(),
          Subject: z.string().min(1).max(100).optional(),
          MessageAttributes: messageAttributes,
        },
        ({ TopicArn, TargetArn, MessageAttributes = {}, ...message }) =>
          sns.publish({
            ...message,
            MessageAttributes,
            id: randomUUID(),
            topicArn: sns.topic(TopicArn ?? TargetArn ?? ''),
          }),
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
    this.#topics = cloud.store.collection<Attributes>('sns.topic');
    this.#subscriptions = cloud.store.collection<Subscription>('sns.subscription');
  }

  createTopic(name: string, given: Attributes): Output {
    if (name.endsWith('.fifo') || given['FifoTopic'] === 'true') throw notSupported('A FIFO topic');
    if (!/^[\w-]{1,256}$/.test(name)) throw invalid('Topic Name');
    for (const attribute of Object.keys(given)) checkAttribute(attribute);
    const TopicArn = `arn:aws:sns:${this.#cloud.region}:${this.#cloud.account}:${name}`;
    const known = this.#topics.get(TopicArn);
    if (known !== undefined && Object.entries(given).some(([attribute, value]) => known[attribute] !== value)) {
      throw invalid('Attributes Reason: Topic already exists with different attributes');
    }
    if (known === undefined) this.#topics.put(TopicArn, given);
    return { TopicArn };
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
    const own = this.subscriptions(this.topic(arn));
    const pending = own.filter((each) => !isConfirmed(each)).length;
    return {
      DisplayName: '',
      ...this.#topics.get(arn),
      TopicArn: arn,
      Owner: this.#cloud.account,
      SubscriptionsConfirmed: String(own.length - pending),
      SubscriptionsPending: String(pending),
      SubscriptionsDeleted: '0',
    };
  }

  setAttribute(arn: string, name: string, value: string): Output {
    checkAttribute(name);
    this.#topics.put(arn, { ...this.#topics.get(this.topic(arn)), [name]: value });
    return undefined;
  }

  subscribe(input: {
    TopicArn: string;
    Protocol: string;
    Endpoint: string;
    Attributes: Attributes;
    ReturnSubscriptionArn: boolean;
  }): Output {
    const { TopicArn, Protocol, Endpoint, Attributes: given } = input;
    if (!['sqs', 'lambda'].includes(Protocol) && !CONFIRMED_BY_HAND.has(Protocol)) {
      throw notSupported(`The subscription protocol ${Protocol}`);
    }
    for (const name of Object.keys(given)) {
      if (!['RawMessageDelivery', 'RedrivePolicy'].includes(name)) {
        throw notSupported(`The subscription attribute ${name}`);
      }
    }
    const known = this.subscriptions(this.topic(TopicArn)).find(
      (each) => each.Protocol === Protocol && each.Endpoint === Endpoint,
    );
    const subscription = known ?? {
      SubscriptionArn: `${TopicArn}:${randomUUID()}`,
      TopicArn,
      Protocol,
      Endpoint,
      attributes: given,
    };
    this.#subscriptions.put(subscription.SubscriptionArn, subscription);
    const told = isConfirmed(subscription) || input.ReturnSubscriptionArn;
    return { SubscriptionArn: told ? subscription.SubscriptionArn : 'pending confirmation' };
  }

  unsubscribe(arn: string): Output {
    this.#subscriptions.remove(arn);
    return undefined;
  }

  subscriptions(topicArn?: string): Subscription[] {
    return this.#subscriptions.list(topicArn === undefined ? '' : `${topicArn}:`).map(({ value }) => value);
  }

  listed(subscription: Subscription): object {
    const { TopicArn, Protocol, Endpoint } = subscription;
    const SubscriptionArn = isConfirmed(subscription) ? subscription.SubscriptionArn : 'PendingConfirmation';
    return { SubscriptionArn, TopicArn, Protocol, Endpoint, Owner: this.#cloud.account };
  }

  /** Delivered to every subscriber before it answers, so that what was answered is not lost. */
  async publish(message: Message): Promise<Output> {
    if (message.Message === '') throw invalid('Empty message');
    if (Buffer.byteLength(message.Message) > MOST_BYTES) throw invalid('Message too long');
    for (const subscription of this.subscriptions(message.topicArn)) {
      if (isConfirmed(subscription)) await this.#deliver(subscription, message);
    }
    return { MessageId: message.id };
  }

  async #deliver(subscription: Subscription, message: Message): Promise<void> {
    try {
      await this.#invoke(subscription, message);
    } catch (error) {
      const redrive = subscription.attributes['RedrivePolicy'];
      const reason = error instanceof Error ? error.message : String(error);
      this.#cloud.log(
        `sns: ${subscription.Endpoint} did not take message ${message.id} of ${message.topicArn}: ${reason}`,
      );
      if (redrive === undefined) return;
      const { deadLetterTargetArn } = JSON.parse(redrive) as { deadLetterTargetArn: string };
      await this.#send(deadLetterTargetArn, this.#notification(subscription, message));
    }
  }

  async #invoke(subscription: Subscription, message: Message): Promise<void> {
    if (subscription.Protocol === 'sqs') {
      const raw = subscription.attributes['RawMessageDelivery'] === 'true';
      if (raw) await this.#send(subscription.Endpoint, message.Message, message.MessageAttributes);
      else await this.#send(subscription.Endpoint, this.#notification(subscription, message));
      return;
    }
    const record = {
      EventSource: 'aws:sns',
      EventVersion: '1.0',
      EventSubscriptionArn: subscription.SubscriptionArn,
      Sns: JSON.parse(this.#notification(subscription, message)) as unknown,
    };
    const Payload = Buffer.from(JSON.stringify({ Records: [record] }));
    await this.#cloud.call(
      'lambda',
      'Invoke',
      { FunctionName: subscription.Endpoint, InvocationType: 'Event', Payload },
      SELF,
    );
  }

  async #send(queueArn: string, MessageBody: string, MessageAttributes?: MessageAttributes): Promise<void> {
    const input = {
      QueueUrl: queueUrl(this.#cloud, queueArn),
      MessageBody,
      ...(MessageAttributes && { MessageAttributes }),
    };
    await this.#cloud.call('sqs', 'SendMessage', input, SELF);
  }

  /** https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html, unsigned. */
  #notification({ SubscriptionArn }: Subscription, message: Message): string {
    const named = Object.entries(message.MessageAttributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: StringValue ?? BinaryValue },
    ]);
    return JSON.stringify({
      Type: 'Notification',
      MessageId: message.id,
      TopicArn: message.topicArn,
      Subject: message.Subject,
      Message: message.Message,
      Timestamp: new Date().toISOString(),
      UnsubscribeURL: `${this.#cloud.endpoint}/?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn}`,
      ...(named.length === 0 ? {} : { MessageAttributes: Object.fromEntries(named) as unknown }),
    });
  }
}

const invalid = (what: string): AwsError => new AwsError('InvalidParameter', `Invalid parameter: ${what}`);
const isConfirmed = ({ Protocol }: Subscription): boolean => !CONFIRMED_BY_HAND.has(Protocol);

function checkAttribute(name: string): void {
  if (!TOPIC_ATTRIBUTES.has(name)) throw invalid('AttributeName');
}
