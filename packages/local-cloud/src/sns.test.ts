import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListSubscriptionsCommand,
  ListTopicsCommand,
  NotFoundException,
  PublishCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startLocalCloud, type LocalCloud } from './testing/localCloud.ts';
import { mayDeliver } from './testing/policies.ts';

describe('SNS', () => {
  let cloud: LocalCloud;
  let sns: SNSClient;
  let sqs: SQSClient;
  const topic = async (Name: string) => (await sns.send(new CreateTopicCommand({ Name }))).TopicArn!;
  const newQueue = async (QueueName: string) => {
    const arn = `arn:aws:sqs:eu-west-1:111122223333:${QueueName}`;
    await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { Policy: mayDeliver('sns', arn) } }));
    return arn;
  };
  const subscribe = (TopicArn: string, Protocol: string, Endpoint: string, Attributes = {}) =>
    sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes }));
  const received = async (name: string) => {
    const QueueUrl = `${cloud.endpoint}/111122223333/${name}`;
    return (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] }))).Messages?.[0];
  };

  beforeAll(async () => {
    cloud = await startLocalCloud();
    sns = new SNSClient(cloud.clientConfig);
    sqs = new SQSClient(cloud.clientConfig);
  });
  afterAll(async () => {
    sns.destroy();
    sqs.destroy();
    await cloud.stop();
  });

  it("keeps a topic's key and policy", async () => {
    const TopicArn = await topic('kept');
    expect(TopicArn).toBe('arn:aws:sns:eu-west-1:111122223333:kept');
    const statement = { Effect: 'Allow', Principal: '*', Action: 'sns:Publish', Resource: TopicArn };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statement });
    const set = (AttributeName: string, AttributeValue: string) =>
      sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName, AttributeValue }));
    await set('Policy', Policy);
    await set('KmsMasterKeyId', 'alias/messages');
    expect(await topic('kept')).toBe(TopicArn);
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes).toMatchObject({ TopicArn, Owner: '111122223333', Policy, KmsMasterKeyId: 'alias/messages' });
    expect((await sns.send(new ListTopicsCommand({}))).Topics).toContainEqual({ TopicArn });
    await expect(set('Colour', 'red')).rejects.toThrow(/AttributeName/);
    const elsewhere = JSON.stringify({ Statement: { ...statement, Action: 'sqs:SendMessage' } });
    await expect(set('Policy', elsewhere)).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('Policy statement action out of service scope!'),
    });
  });

  it('delivers to queues: the notification, or the message as it is', async () => {
    const TopicArn = await topic('fan');
    await subscribe(TopicArn, 'sqs', await newQueue('wrapped'));
    await subscribe(TopicArn, 'sqs', await newQueue('raw'), { RawMessageDelivery: 'true' });
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'k' } };
    const { MessageId } = await sns.send(
      new PublishCommand({ TopicArn, Message: 'm & <m>', Subject: 's', MessageAttributes }),
    );
    expect(JSON.parse((await received('wrapped'))!.Body!)).toMatchObject({
      Type: 'Notification',
      MessageId,
      TopicArn,
      Subject: 's',
      Message: 'm & <m>',
      MessageAttributes: { kind: { Type: 'String', Value: 'k' } },
    });
    expect(await received('raw')).toMatchObject({ Body: 'm & <m>', MessageAttributes });
  });

  it('subscribes a queue once, until it is unsubscribed', async () => {
    const TopicArn = await topic('once');
    const queue = await newQueue('once');
    const { SubscriptionArn } = await subscribe(TopicArn, 'sqs', queue);
    expect((await subscribe(TopicArn, 'sqs', queue)).SubscriptionArn).toBe(SubscriptionArn);
    const listed = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    expect(listed.Subscriptions).toMatchObject([{ SubscriptionArn, Protocol: 'sqs', Endpoint: queue }]);
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes).toMatchObject({ SubscriptionsConfirmed: '0' });
    const { Subscriptions } = await sns.send(new ListSubscriptionsCommand({}));
    expect(Subscriptions!.map(({ TopicArn: arn }) => arn)).not.toContain(TopicArn);
  });

  it('loses what a queue does not take, and delivers to the others', async () => {
    const TopicArn = await topic('dead');
    await sqs.send(new CreateQueueCommand({ QueueName: 'closed' }));
    await subscribe(TopicArn, 'sqs', 'arn:aws:sqs:eu-west-1:111122223333:closed');
    await subscribe(TopicArn, 'sqs', 'arn:aws:sqs:eu-west-1:111122223333:missing');
    await subscribe(TopicArn, 'sqs', await newQueue('there'));
    await sns.send(new PublishCommand({ TopicArn, Message: 'm' }));
    expect(JSON.parse((await received('there'))!.Body!)).toMatchObject({ Message: 'm' });
    expect(await received('closed')).toBeUndefined();
  });

  it('refuses what SNS does, and loudly what it cannot do', async () => {
    const TopicArn = 'arn:aws:sns:eu-west-1:111122223333:none';
    await expect(sns.send(new PublishCommand({ TopicArn, Message: 'm' }))).rejects.toBeInstanceOf(NotFoundException);
    const own = await topic('own');
    await expect(sns.send(new PublishCommand({ TopicArn: own, Message: '' }))).rejects.toThrow(/Empty message/);
    await expect(sns.send(new PublishCommand({ TopicArn: own, Message: 'x'.repeat(262_145) }))).rejects.toThrow(
      /too long/,
    );
    await expect(subscribe(own, 'email', 'a@example.com')).rejects.toMatchObject({ name: 'NotImplemented' });
    await expect(subscribe(own, 'sms', '+1')).rejects.toMatchObject({ name: 'NotImplemented' });
    await expect(subscribe(own, 'sqs', 'q', { FilterPolicy: '{}' })).rejects.toMatchObject({ name: 'NotImplemented' });
    await expect(topic('x.fifo')).rejects.toMatchObject({ name: 'NotImplemented' });
  });
});
