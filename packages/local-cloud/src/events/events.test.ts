import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CreateEventBusCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutPermissionCommand,
  PutRuleCommand,
  PutTargetsCommand,
  TestEventPatternCommand,
  type PutEventsRequestEntry,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { internally } from '../aws.ts';
import { startLocalCloud, type LocalCloud } from '../testing/localCloud.ts';
import { mayDeliver, policy } from '../testing/policies.ts';

describe('EventBridge', () => {
  let cloud: LocalCloud;
  let events: EventBridgeClient;
  let sqs: SQSClient;
  const queueArn = (name: string) => `arn:aws:sqs:eu-west-1:111122223333:${name}`;
  const newQueue = async (QueueName: string) => {
    const Policy = mayDeliver('events', queueArn(QueueName));
    await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { Policy } }));
    return queueArn(QueueName);
  };
  const rule = async (Name: string, pattern: object, target: Omit<Target, 'Id'>, EventBusName?: string) => {
    await events.send(new PutRuleCommand({ Name, EventBusName, EventPattern: JSON.stringify(pattern) }));
    await events.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets: [{ Id: 't', ...target }] }));
  };
  const put = (...Entries: PutEventsRequestEntry[]) => events.send(new PutEventsCommand({ Entries }));
  const arrives = async (name: string) => {
    const QueueUrl = `${cloud.endpoint}/111122223333/${name}`;
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10, MessageAttributeNames: ['All'] }),
    );
    return Messages![0]!;
  };

  beforeAll(async () => {
    cloud = await startLocalCloud();
    events = new EventBridgeClient(cloud.clientConfig);
    sqs = new SQSClient(cloud.clientConfig);
  });
  afterAll(async () => {
    events.destroy();
    sqs.destroy();
    await cloud.stop();
  });

  it('brings a matching event to a queue, as AWS writes it', async () => {
    await rule('plain', { source: ['shop'], detail: { n: [{ numeric: ['>', 1] }] } }, { Arn: await newQueue('plain') });
    const answer = await put(
      { Source: 'shop', DetailType: 'Ordered', Detail: '{"n":1}' },
      { Source: 'shop', DetailType: 'Ordered', Detail: '{"n":2}', Resources: ['r'], Time: new Date(1_700_000_000_500) },
    );
    expect(answer.FailedEntryCount).toBe(0);
    expect(JSON.parse((await arrives('plain')).Body!)).toEqual({
      version: '0',
      id: answer.Entries![1]!.EventId,
      'detail-type': 'Ordered',
      source: 'shop',
      account: '111122223333',
      time: '2023-11-14T22:13:20Z',
      region: 'eu-west-1',
      resources: ['r'],
      detail: { n: 2 },
    });
  });

  it('matches the events of its own bus only, named or by ARN', async () => {
    const { EventBusArn } = await events.send(new CreateEventBusCommand({ Name: 'own' }));
    await rule('all', { source: [{ prefix: '' }] }, { Arn: await newQueue('own') }, 'own');
    await put({ Source: 'elsewhere', DetailType: 'x', Detail: '{}' });
    await put({ Source: 'direct', DetailType: 'x', Detail: '{}', EventBusName: EventBusArn });
    expect(JSON.parse((await arrives('own')).Body!)).toMatchObject({ source: 'direct' });
  });

  it('sends what a target does not take to its dead-letter queue, saying why', async () => {
    const Arn = queueArn('closed');
    await sqs.send(new CreateQueueCommand({ QueueName: 'closed' }));
    await rule('dead', { source: ['dead'] }, { Arn, DeadLetterConfig: { Arn: await newQueue('letters') } });
    await put({ Source: 'dead', DetailType: 'x', Detail: '{}' });
    const { Body, MessageAttributes } = await arrives('letters');
    expect(JSON.parse(Body!)).toMatchObject({ source: 'dead' });
    const attributes = Object.entries(MessageAttributes!).map(([name, { StringValue }]) => [name, StringValue]);
    expect(Object.fromEntries(attributes)).toEqual({
      RULE_ARN: 'arn:aws:events:eu-west-1:111122223333:rule/dead',
      TARGET_ARN: Arn,
      ERROR_CODE: 'NO_PERMISSIONS',
      ERROR_MESSAGE: `User: events.amazonaws.com is not authorized to perform: sqs:SendMessage on resource: ${Arn} because no resource-based policy allows the sqs:SendMessage action`,
    });
  });

  it('refuses entries one by one, with the codes of AWS', async () => {
    const good = { Source: 'a', DetailType: 'b', Detail: '{}' };
    const { FailedEntryCount, Entries } = await put(
      good,
      { ...good, Source: undefined },
      { ...good, Detail: '[]' },
      { ...good, Source: 'aws.s3' },
    );
    expect(FailedEntryCount).toBe(3);
    expect(Entries!.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'InvalidArgument',
      'MalformedDetail',
      'NotAuthorizedForSourceException',
    ]);
    await expect(put(...Array<typeof good>(11).fill(good))).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(put({ ...good, Detail: `"${'x'.repeat(262_144)}"` })).rejects.toThrow(/over the limit/);
  });

  it('takes aws.* events from services', async () => {
    await rule('service', { source: ['aws.s3'] }, { Arn: await newQueue('service') });
    const Entries = [{ Source: 'aws.s3', DetailType: 'Object Created', Detail: '{}' }];
    await cloud.cloud.call('events', 'PutEvents', { Entries }, internally('s3'));
    expect(JSON.parse((await arrives('service')).Body!)).toMatchObject({ source: 'aws.s3' });
  });

  it('shows what was put', async () => {
    await events.send(new CreateEventBusCommand({ Name: 'shown' }));
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: '111122223333' },
      Action: 'events:PutEvents',
      Resource: '*',
    };
    const Policy = policy(statement);
    await events.send(new PutPermissionCommand({ EventBusName: 'shown', Policy }));
    expect(await events.send(new DescribeEventBusCommand({ Name: 'shown' }))).toMatchObject({
      Arn: 'arn:aws:events:eu-west-1:111122223333:event-bus/shown',
      Policy,
    });
    const { EventBuses } = await events.send(new ListEventBusesCommand({ NamePrefix: 'shown' }));
    expect(EventBuses).toHaveLength(1);

    const target = { Arn: queueArn('q'), DeadLetterConfig: { Arn: queueArn('d') } };
    await rule('r', { source: ['x'] }, target, 'shown');
    await events.send(
      new PutRuleCommand({ Name: 'r', EventBusName: 'shown', EventPattern: '{"source":["y"]}', State: 'DISABLED' }),
    );
    expect(await events.send(new DescribeRuleCommand({ Name: 'r', EventBusName: 'shown' }))).toMatchObject({
      Arn: 'arn:aws:events:eu-west-1:111122223333:rule/shown/r',
      EventPattern: '{"source":["y"]}',
      State: 'DISABLED',
    });
    expect((await events.send(new ListRulesCommand({ EventBusName: 'shown' }))).Rules).toHaveLength(1);
    const { Targets } = await events.send(new ListTargetsByRuleCommand({ Rule: 'r', EventBusName: 'shown' }));
    expect(Targets).toEqual([{ Id: 't', ...target }]);
  });

  it.each([
    ['an invalid pattern', { EventPattern: '{"a":"b"}' }, 'InvalidEventPatternException'],
    ['no pattern', {}, 'ValidationException'],
    ['a schedule', { ScheduleExpression: 'rate(1 day)' }, 'NotImplemented'],
    ['a bus that does not exist', { EventBusName: 'no', EventPattern: '{"a":["b"]}' }, 'ResourceNotFoundException'],
  ])('refuses a rule with %s', async (_, input, name) => {
    await expect(events.send(new PutRuleCommand({ Name: 'x', ...input }))).rejects.toMatchObject({ name });
  });

  it('refuses a second bus of the same name', async () => {
    await expect(events.send(new CreateEventBusCommand({ Name: 'default' }))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    });
  });

  it.each([
    ['of an unknown kind', { Arn: 'arn:aws:kinesis:eu-west-1:111122223333:stream/x' }, 'NotImplemented'],
    ['with an input of its own', { Arn: queueArn('q'), Input: '{}' }, 'NotImplemented'],
    ['with a retry policy', { Arn: queueArn('q'), RetryPolicy: { MaximumRetryAttempts: 3 } }, 'NotImplemented'],
  ])('refuses a target %s', async (_, target, name) => {
    await expect(rule('targets', { source: ['never'] }, target)).rejects.toMatchObject({ name });
  });

  it('tests a pattern against an event', async () => {
    const event = { id: '1', account: '1', source: 's', time: 't', region: 'r', 'detail-type': 'd' };
    const test = (Event: unknown) =>
      events.send(new TestEventPatternCommand({ EventPattern: '{"source":["s"]}', Event: JSON.stringify(Event) }));
    expect((await test(event)).Result).toBe(true);
    expect((await test({ ...event, source: 'x' })).Result).toBe(false);
    await expect(test({ source: 's' })).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
