import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { startLocalCloud, type LocalCloud } from './testing/localCloud.ts';
import { mayDeliver } from './testing/policies.ts';

describe('SQS', () => {
  let cloud: LocalCloud;
  let sqs: SQSClient;
  const queueUrl = async (QueueName: string, Attributes: Record<string, string> = {}) =>
    (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl!;
  const arn = (name: string) => `arn:aws:sqs:eu-west-1:111122223333:${name}`;
  const send = (QueueUrl: string, MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const receive = async (QueueUrl: string, options: object = {}) =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl, ...options }))).Messages ?? [];
  const attribute = async (
    QueueUrl: string,
    name: 'ApproximateNumberOfMessages' | 'ApproximateNumberOfMessagesNotVisible',
  ) => (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }))).Attributes?.[name];

  beforeAll(async () => {
    cloud = await startLocalCloud();
    sqs = new SQSClient(cloud.clientConfig);
  });
  afterAll(async () => {
    sqs.destroy();
    await cloud.stop();
  });

  it("gives a queue a URL on this endpoint under which the SDK finds it, and AWS's ARN", async () => {
    const QueueUrl = await queueUrl('plain', { KmsMasterKeyId: 'alias/messages' });
    expect(QueueUrl).toBe(`${cloud.endpoint}/111122223333/plain`);
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: 'plain' }))).QueueUrl).toBe(QueueUrl);
    expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'pla' }))).QueueUrls).toEqual([QueueUrl]);
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({
      QueueArn: arn('plain'),
      VisibilityTimeout: '30',
      KmsMasterKeyId: 'alias/messages',
      SqsManagedSseEnabled: 'false',
    });
  });

  it('keeps a policy as it was given and answers a repeated CreateQueue only for equal attributes', async () => {
    const QueueUrl = await queueUrl('policy', { VisibilityTimeout: '60' });
    const Policy = mayDeliver('sns', arn('policy'));
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Policy'] }));
    expect(Attributes).toEqual({ Policy });
    expect(await queueUrl('policy')).toBe(QueueUrl);
    await expect(queueUrl('policy', { VisibilityTimeout: '61' })).rejects.toMatchObject({ name: 'QueueNameExists' });
  });

  it.each([
    ['a name', { QueueName: 'a b' }, 'InvalidParameterValue'],
    ['a value', { QueueName: 'x', Attributes: { VisibilityTimeout: '43201' } }, 'InvalidAttributeValue'],
    ['a policy', { QueueName: 'x', Attributes: { Policy: '{"Statement":[]}' } }, 'InvalidAttributeValue'],
    ['an attribute', { QueueName: 'x', Attributes: Object.fromEntries([['Colour', 'red']]) }, 'NotImplemented'],
    ['a FIFO queue', { QueueName: 'x.fifo', Attributes: { FifoQueue: 'true' } }, 'NotImplemented'],
    [
      'a dead-letter queue that does not exist',
      {
        QueueName: 'x',
        Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('none'), maxReceiveCount: 1 }) },
      },
      'InvalidParameterValue',
    ],
  ])('refuses %s that SQS does not take', async (_, input, name) => {
    await expect(sqs.send(new CreateQueueCommand(input))).rejects.toMatchObject({ name });
  });

  it('tells SDKs of a missing queue by the modelled exception', async () => {
    await expect(send(`${cloud.endpoint}/111122223333/none`, 'x')).rejects.toBeInstanceOf(QueueDoesNotExist);
  });

  it('carries bodies and attributes unchanged, with digests that the SDK checks', async () => {
    const QueueUrl = await queueUrl('attributes');
    const MessageBody = 'grüße 🚀\n';
    const MessageAttributes = {
      n: { DataType: 'Number', StringValue: '1' },
      s: { DataType: 'String.kind', StringValue: 'é' },
    };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }));
    const [message] = await receive(QueueUrl, { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] });
    expect(message).toMatchObject({
      Body: MessageBody,
      MessageAttributes,
      Attributes: { ApproximateReceiveCount: '1' },
    });
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message!.ReceiptHandle }));
    expect(await attribute(QueueUrl, 'ApproximateNumberOfMessagesNotVisible')).toBe('0');
  });

  it('hides a received message until its visibility timeout is over or set to nothing', async () => {
    const QueueUrl = await queueUrl('visibility');
    await send(QueueUrl, 'x');
    const [first] = await receive(QueueUrl);
    expect(await receive(QueueUrl)).toEqual([]);
    await sqs.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: first!.ReceiptHandle, VisibilityTimeout: 0 }),
    );
    const [second] = await receive(QueueUrl);
    expect(second?.MessageId).toBe(first?.MessageId);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first!.ReceiptHandle }));
    expect(await attribute(QueueUrl, 'ApproximateNumberOfMessagesNotVisible')).toBe('1');
    await expect(sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'made up' }))).rejects.toMatchObject({
      name: 'ReceiptHandleIsInvalid',
    });
  });

  it('wakes a long poll when a message comes', async () => {
    const QueueUrl = await queueUrl('poll');
    const waiting = receive(QueueUrl, { WaitTimeSeconds: 20 });
    await send(QueueUrl, 'x');
    expect((await waiting).map(({ Body }) => Body)).toEqual(['x']);
  });

  it('answers a batch entry by entry', async () => {
    const QueueUrl = await queueUrl('batch');
    const Entries = [
      { Id: 'a', MessageBody: 'x' },
      { Id: 'b', MessageBody: '\u0001' },
    ];
    const { Successful, Failed } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(Successful?.map(({ Id }) => Id)).toEqual(['a']);
    expect(Failed).toMatchObject([{ Id: 'b', Code: 'InvalidMessageContents', SenderFault: true }]);
    const messages = await receive(QueueUrl, { MaxNumberOfMessages: 10 });
    const handles = messages.map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle }));
    const deleted = await sqs.send(
      new DeleteMessageBatchCommand({ QueueUrl, Entries: [...handles, { Id: 'bad', ReceiptHandle: 'x' }] }),
    );
    expect([deleted.Successful?.length, deleted.Failed?.length]).toEqual([1, 1]);
    await expect(
      sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [Entries[0]!, Entries[0]!] })),
    ).rejects.toMatchObject({ name: 'BatchEntryIdsNotDistinct' });
  });

  it('moves what was received too often to the dead-letter queue, and back by a move task', async () => {
    const dead = await queueUrl('dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 2 });
    const source = await queueUrl('source', { RedrivePolicy, VisibilityTimeout: '0' });
    await send(source, 'poison');
    for (const count of ['1', '2']) {
      const [message] = await receive(source, { MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
      expect(message?.Attributes).toEqual({ ApproximateReceiveCount: count });
    }
    expect(await receive(source)).toEqual([]);
    const [letter] = await receive(dead, { VisibilityTimeout: 0, MessageSystemAttributeNames: ['All'] });
    expect(letter).toMatchObject({ Body: 'poison', Attributes: { DeadLetterQueueSourceArn: arn('source') } });
    const { queueUrls } = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }));
    expect(queueUrls).toEqual([source]);

    await send(dead, 'sent here directly');
    await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arn('dead') }));
    const [again] = await receive(source, { MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
    expect(again).toMatchObject({ Body: 'poison', Attributes: { ApproximateReceiveCount: '1' } });
    const moves = async (MaxResults?: number) =>
      (await sqs.send(new ListMessageMoveTasksCommand({ SourceArn: arn('dead'), MaxResults }))).Results;
    expect(await moves()).toEqual([
      {
        SourceArn: arn('dead'),
        Status: 'FAILED',
        FailureReason: 'CouldNotDetermineMessageSource',
        ApproximateNumberOfMessagesMoved: 1,
        ApproximateNumberOfMessagesToMove: 2,
        StartedTimestamp: expect.any(Number),
      },
    ]);
    const DestinationArn = arn('source');
    await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arn('dead'), DestinationArn }));
    const all = await receive(source, { MaxNumberOfMessages: 10 });
    expect(all.map(({ Body }) => Body)).toEqual(['poison', 'sent here directly']);
    expect(await moves(2)).toMatchObject([{ Status: 'COMPLETED', DestinationArn }, { Status: 'FAILED' }]);
    await expect(sqs.send(new StartMessageMoveTaskCommand({ SourceArn: arn('source') }))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });

  it('refuses loudly what it has not', async () => {
    const QueueUrl = await queueUrl('plainer');
    await expect(sqs.send(new PurgeQueueCommand({ QueueUrl }))).rejects.toMatchObject({ name: 'NotImplemented' });
    const delayed = new SendMessageCommand({ QueueUrl, MessageBody: 'x', DelaySeconds: 1 });
    await expect(sqs.send(delayed)).rejects.toMatchObject({ name: 'NotImplemented' });
  });
});
