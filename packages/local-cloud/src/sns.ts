import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError, arnOf, servicePrincipal, type Cloud, type Service } from './aws.ts';
import { queueUrl } from './events/delivery.ts';
import { policyFault } from './iam.ts';
import { notSupported, operation } from './operation.ts';
import { paging } from './paging.ts';
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
  readonly TopicArn: string;
  readonly Message: string;
  readonly Subject?: string | undefined;
  readonly MessageAttributes: MessageAttributes;
}

const inPages = paging({ token: 'NextToken', most: 100, badToken: 'InvalidParameter' });
const TopicArn = z.string();
const AttributeName = z.enum(['DisplayName', 'Policy', 'KmsMasterKeyId']);

/** SNS: standard topics, delivered to queues. */
export function createSns(cloud: Cloud): Service {
  const topics = cloud.store.heldCollection<Attributes>('sns.topic');
  const subscriptions = cloud.store.collection<Subscription>('sns.subscription');

  const attributesOf = (topicArn: string): Attributes => {
    const attributes = topics.get(topicArn);
    if (attributes !== undefined) return attributes;
    throw new AwsError('NotFound', 'Topic does not exist', { status: 404 });
  };
  const subscriptionsOf = (topicArn: string): Subscription[] => {
    attributesOf(topicArn);
    return subscriptions.list(`${topicArn}:`).map(({ value }) => value);
  };
  const listed = ({ SubscriptionArn, TopicArn: arn, Protocol, Endpoint }: Subscription) => {
    return { SubscriptionArn, TopicArn: arn, Protocol, Endpoint, Owner: cloud.account };
  };

  return {
    name: 'sns',
    guardOf: (arn) => {
      const { Policy, KmsMasterKeyId } = topics.get(arn) ?? {};
      return { policy: Policy, key: KmsMasterKeyId };
    },
    operations: {
      CreateTopic: operation({ Name: z.string() }, ({ Name }) => {
        if (Name.endsWith('.fifo')) throw notSupported('A FIFO topic');
        if (!/^[\w-]{1,256}$/.test(Name)) throw invalid('Topic Name');
        const arn = arnOf(cloud, 'sns', Name);
        if (topics.get(arn) === undefined) topics.put(arn, {});
        return { TopicArn: arn };
      }),
      ListTopics: inPages('Topics', 'TopicArn', {}, () => topics.list().map(({ key }) => ({ TopicArn: key }))),
      GetTopicAttributes: operation({ TopicArn }, ({ TopicArn: arn }) => ({
        Attributes: {
          DisplayName: '',
          ...attributesOf(arn),
          TopicArn: arn,
          Owner: cloud.account,
          SubscriptionsConfirmed: String(subscriptionsOf(arn).length),
          SubscriptionsPending: '0',
          SubscriptionsDeleted: '0',
        },
      })),
      SetTopicAttributes: operation(
        { TopicArn, AttributeName, AttributeValue: z.string() },
        ({ TopicArn: arn, AttributeName: name, AttributeValue: value }) => {
          const problem = name === 'Policy' ? policyFault(cloud.store, value, 'sns') : undefined;
          if (problem !== undefined) throw invalid(`Policy Error: ${problem}`);
          topics.put(arn, { ...attributesOf(arn), [name]: value });
          return undefined;
        },
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
        ({ TopicArn: arn, Protocol, Endpoint, Attributes: { RawMessageDelivery, ...others } }) => {
          if (Protocol !== 'sqs') throw notSupported(`The subscription protocol ${Protocol}`);
          for (const name of Object.keys(others)) throw notSupported(`The subscription attribute ${name}`);
          const known = subscriptionsOf(arn).find((each) => each.Endpoint === Endpoint);
          if (known !== undefined) return { SubscriptionArn: known.SubscriptionArn };
          const SubscriptionArn = `${arn}:${randomUUID()}`;
          const raw = RawMessageDelivery === 'true';
          subscriptions.put(SubscriptionArn, { SubscriptionArn, TopicArn: arn, Protocol, Endpoint, raw });
          return { SubscriptionArn };
        },
      ),
      Unsubscribe: operation({ SubscriptionArn: z.string() }, ({ SubscriptionArn }) => {
        subscriptions.remove(SubscriptionArn);
        return undefined;
      }),
      // https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html
      GetSubscriptionAttributes: operation({ SubscriptionArn: z.string() }, ({ SubscriptionArn }) => {
        const found = subscriptions.get(SubscriptionArn);
        if (found === undefined) throw new AwsError('NotFound', 'Subscription does not exist', { status: 404 });
        return {
          Attributes: {
            ...listed(found),
            ConfirmationWasAuthenticated: 'true',
            PendingConfirmation: 'false',
            RawMessageDelivery: String(found.raw),
          },
        };
      }),
      ListSubscriptions: inPages('Subscriptions', 'SubscriptionArn', {}, () =>
        subscriptions.list().map(({ value }) => listed(value)),
      ),
      ListSubscriptionsByTopic: inPages('Subscriptions', 'SubscriptionArn', { TopicArn }, (input) =>
        subscriptionsOf(input.TopicArn).map(listed),
      ),
      // Delivered to every subscriber before it answers, so that what was answered is not lost.
      Publish: operation(
        {
          TopicArn,
          Message: z.string(),
          Subject: z.string().min(1).max(100).optional(),
          MessageAttributes: messageAttributes,
        },
        async (input) => {
          const message = { ...input, id: randomUUID() };
          const subscribed = subscriptionsOf(message.TopicArn);
          if (message.Message === '') throw invalid('Empty message');
          if (Buffer.byteLength(message.Message) > MOST_BYTES) throw invalid('Message too long');
          for (const subscription of subscribed) await deliver(cloud, subscription, message);
          return { MessageId: message.id };
        },
      ),
    },
  };
}

/** What the queue refuses is lost, as on AWS without a dead-letter queue. */
async function deliver(cloud: Cloud, subscription: Subscription, message: Message): Promise<void> {
  const { id, TopicArn: arn, Message: MessageBody, MessageAttributes } = message;
  const content = subscription.raw
    ? { MessageBody, MessageAttributes }
    : { MessageBody: notification(cloud, subscription, message) };
  const QueueUrl = queueUrl(cloud, subscription.Endpoint);
  try {
    await cloud.call('sqs', 'SendMessage', { QueueUrl, ...content }, servicePrincipal('sns', arn));
  } catch (error) {
    cloud.log(`sns: ${subscription.Endpoint} lost message ${id} of ${arn}: ${String(error)}`);
  }
}

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html, unsigned. */
function notification({ endpoint }: Cloud, { SubscriptionArn }: Subscription, message: Message): string {
  const { id, MessageAttributes, ...content } = message;
  const named = Object.entries(MessageAttributes).map(([name, { DataType, StringValue }]) => [
    name,
    { Type: DataType, Value: StringValue },
  ]);
  return JSON.stringify({
    Type: 'Notification',
    MessageId: id,
    ...content,
    Timestamp: new Date().toISOString(),
    UnsubscribeURL: `${endpoint}/?Action=Unsubscribe&SubscriptionArn=${SubscriptionArn}`,
    ...(named.length > 0 && { MessageAttributes: Object.fromEntries(named) as unknown }),
  });
}

const invalid = (what: string): AwsError => new AwsError('InvalidParameter', `Invalid parameter: ${what}`);
