import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CancelReplayCommand,
  CreateArchiveCommand,
  CreateEventBusCommand,
  DeleteArchiveCommand,
  DescribeArchiveCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  ListArchivesCommand,
  ListReplaysCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  StartReplayCommand,
  UpdateArchiveCommand,
  type CreateArchiveRequest,
  type StartReplayRequest,
} from '@aws-sdk/client-eventbridge';
import { CreateKeyCommand, KMSClient, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { internally } from '../aws.ts';
import { startLocalCloud, type LocalCloud } from '../testing/localCloud.ts';
import { mayDeliver, policy } from '../testing/policies.ts';

const NAMED = (resource: string) => `arn:aws:events:eu-west-1:111122223333:${resource}`;
const at = (text: string) => new Date(text);

let cloud: LocalCloud;
let events: EventBridgeClient;
let sqs: SQSClient;
let kms: KMSClient;

beforeAll(async () => {
  cloud = await startLocalCloud();
  events = new EventBridgeClient(cloud.clientConfig);
  sqs = new SQSClient(cloud.clientConfig);
  kms = new KMSClient(cloud.clientConfig);
});
afterAll(async () => {
  for (const client of [events, sqs, kms]) client.destroy();
  await cloud.stop();
});

/** A bus with an archive, both called `name`. */
async function archivedBus(name: string, settings: Partial<CreateArchiveRequest> = {}): Promise<string> {
  const { EventBusArn } = await events.send(new CreateEventBusCommand({ Name: name }));
  await events.send(new CreateArchiveCommand({ ArchiveName: name, EventSourceArn: EventBusArn, ...settings }));
  return EventBusArn!;
}

/** A rule for everything on a bus, with a queue of its name; answers the rule's ARN. */
async function listen(bus: string, name = bus): Promise<string> {
  const Arn = `arn:aws:sqs:eu-west-1:111122223333:${name}`;
  await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { Policy: mayDeliver('events', Arn) } }));
  const rule = { Name: name, EventBusName: bus, EventPattern: '{"source":[{"prefix":""}]}' };
  const { RuleArn } = await events.send(new PutRuleCommand(rule));
  await events.send(new PutTargetsCommand({ Rule: name, EventBusName: bus, Targets: [{ Id: 't', Arn }] }));
  return RuleArn!;
}

async function put(bus: string, n: number, time = '2026-03-01T10:00:00Z', source = 'shop'): Promise<string> {
  const entry = { EventBusName: bus, Source: source, DetailType: 'Ordered', Time: at(time) };
  const { Entries } = await events.send(
    new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify({ n }), Resources: ['r'] }] }),
  );
  return Entries![0]!.EventId!;
}

interface Got {
  readonly id: string;
  readonly 'replay-name'?: string;
  readonly detail: { readonly n: number };
}

/** What comes to a bus's queue, in that order, up to an event that is put now. */
async function received(bus: string, queue = bus): Promise<Got[]> {
  const QueueUrl = `${cloud.endpoint}/111122223333/${queue}`;
  const last = await put(bus, -1, '2000-01-01T00:00:00Z');
  const found: Got[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 10 }),
    );
    for (const { Body, ReceiptHandle } of Messages) {
      const event = JSON.parse(Body!) as Got;
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      if (event.id === last) return found;
      found.push(event);
    }
  }
}

const replay = (name: string, given: Partial<StartReplayRequest> = {}) =>
  events.send(
    new StartReplayCommand({
      ReplayName: name,
      EventSourceArn: NAMED(`archive/${name}`),
      EventStartTime: at('2026-03-01T00:00:00Z'),
      EventEndTime: at('2026-03-02T00:00:00Z'),
      Destination: { Arn: NAMED(`event-bus/${name}`) },
      ...given,
    }),
  );

async function ended(ReplayName: string) {
  for (;;) {
    const found = await events.send(new DescribeReplayCommand({ ReplayName }));
    if (found.ReplayEndTime !== undefined) return found;
  }
}

describe('an archive', () => {
  it('is shown as it was put, with how much it keeps', async () => {
    const EventPattern = '{"source":["shop"]}';
    const given = { Description: 'all orders', EventPattern, RetentionDays: 5000 };
    const EventSourceArn = await archivedBus('shown', given);
    const kept = { ArchiveName: 'shown', EventSourceArn, State: 'ENABLED', RetentionDays: 5000 };
    const describe = () => events.send(new DescribeArchiveCommand({ ArchiveName: 'shown' }));
    expect(await describe()).toMatchObject({
      ...kept,
      ...given,
      ArchiveArn: NAMED('archive/shown'),
      EventCount: 0,
      SizeBytes: 0,
      CreationTime: expect.any(Date),
    });
    await put('shown', 1);
    await put('shown', 2, '2026-03-01T10:00:00Z', 'elsewhere');
    const { Archives } = await events.send(new ListArchivesCommand({ NamePrefix: 'sho' }));
    expect(Archives).toMatchObject([{ ...kept, EventCount: 1, SizeBytes: expect.any(Number) }]);

    await events.send(new UpdateArchiveCommand({ ArchiveName: 'shown', RetentionDays: 0 }));
    expect(await describe()).toMatchObject({ EventPattern, RetentionDays: 0, EventCount: 1 });
  });

  it('keeps events for the days that it names', async () => {
    await archivedBus('brief', { RetentionDays: 2 });
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    for (const days of [1, 3]) await put('brief', days, daysAgo(days));
    const { EventCount } = await events.send(new DescribeArchiveCommand({ ArchiveName: 'brief' }));
    expect(EventCount).toBe(1);
  });

  it('takes its events with it', async () => {
    const EventSourceArn = await archivedBus('gone');
    await put('gone', 1);
    await events.send(new DeleteArchiveCommand({ ArchiveName: 'gone' }));
    await expect(events.send(new DescribeArchiveCommand({ ArchiveName: 'gone' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Archive gone does not exist.',
    });
    await events.send(new CreateArchiveCommand({ ArchiveName: 'gone', EventSourceArn }));
    expect((await events.send(new DescribeArchiveCommand({ ArchiveName: 'gone' }))).EventCount).toBe(0);
  });

  describe('is refused', () => {
    const made = { ArchiveName: 'first', EventSourceArn: NAMED('event-bus/default') };
    beforeAll(() => events.send(new CreateArchiveCommand(made)));

    it.each([
      ['a second time', {}, 'ResourceAlreadyExistsException'],
      ['with a pattern that is none', { EventPattern: '{"a":"b"}' }, 'InvalidEventPatternException'],
      ['for a bus that does not exist', { EventSourceArn: NAMED('event-bus/none') }, 'ResourceNotFoundException'],
      ['under a name of 49 characters', { ArchiveName: 'x'.repeat(49) }, 'ValidationException'],
    ])('%s', async (_, given, name) => {
      const ArchiveName = name === 'ResourceAlreadyExistsException' ? 'first' : 'second';
      const create = events.send(new CreateArchiveCommand({ ...made, ArchiveName, ...given }));
      await expect(create).rejects.toMatchObject({ name });
    });
  });

  describe('with a key', () => {
    const bus = 'event-bus/default';
    const root = { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'kms:PutKeyPolicy', Resource: '*' };
    const eventBridge = (Action: string[], condition: object = {}) => ({
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action,
      Resource: '*',
      ...condition,
    });
    const use = (of: string) =>
      eventBridge(['kms:GenerateDataKey', 'kms:Decrypt'], {
        Condition: { StringEquals: { 'kms:EncryptionContext:aws:events:event-bus:arn': NAMED(of) } },
      });
    const describeKey = eventBridge(['kms:DescribeKey']);
    const keyFor = async (...statements: object[]) => {
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [root, ...statements] });
      return (await kms.send(new CreateKeyCommand({ Policy }))).KeyMetadata!.Arn!;
    };

    it('needs EventBridge to be let in, for its bus', async () => {
      const KmsKeyIdentifier = await keyFor(describeKey, use(bus));
      const given = { EventSourceArn: NAMED(bus), KmsKeyIdentifier };
      await events.send(new CreateArchiveCommand({ ArchiveName: 'sealed', ...given }));
      expect(await events.send(new DescribeArchiveCommand({ ArchiveName: 'sealed' }))).toMatchObject(given);
    });

    it.each([
      ['kms:DescribeKey', [use(bus)]],
      ['kms:GenerateDataKey', [describeKey, use('event-bus/other')]],
    ])('is refused where its policy does not allow %s', async (action, statements) => {
      const KmsKeyIdentifier = await keyFor(...statements);
      await expect(
        events.send(new CreateArchiveCommand({ ArchiveName: 'shut', EventSourceArn: NAMED(bus), KmsKeyIdentifier })),
      ).rejects.toThrow(`User: events.amazonaws.com is not authorized to perform: ${action}`);
    });

    it('replays nothing once EventBridge is shut out', async () => {
      const KmsKeyIdentifier = await keyFor(describeKey, use('event-bus/shut-out'));
      await archivedBus('shut-out', { KmsKeyIdentifier });
      await put('shut-out', 1);
      await listen('shut-out');
      await kms.send(new PutKeyPolicyCommand({ KeyId: KmsKeyIdentifier, Policy: policy(root) }));
      await replay('shut-out');
      expect(await ended('shut-out')).toMatchObject({
        State: 'FAILED',
        StateReason: expect.stringContaining('events.amazonaws.com is not authorized to perform: kms:DescribeKey'),
      });
      expect(await received('shut-out')).toEqual([]);
    });
  });
});

describe('a replay', () => {
  it('brings the events of its window, in the order of their times, as they were, with its name', async () => {
    await archivedBus('whole');
    await listen('whole');
    const times = ['2026-03-02T00:00:00Z', '2026-03-01T23:59:59Z', '2026-03-01T00:00:00Z', '2026-02-28T23:59:59Z'];
    const ids: string[] = [];
    for (const [n, time] of times.entries()) ids.push(await put('whole', n, time));
    await received('whole');

    const { ReplayArn, State } = await replay('whole', { Description: 'again' });
    expect({ ReplayArn, State }).toEqual({ ReplayArn: NAMED('replay/whole'), State: 'STARTING' });
    expect(await ended('whole')).toMatchObject({
      ReplayName: 'whole',
      ReplayArn,
      Description: 'again',
      State: 'COMPLETED',
      EventSourceArn: NAMED('archive/whole'),
      Destination: { Arn: NAMED('event-bus/whole') },
      EventStartTime: at('2026-03-01T00:00:00Z'),
      EventEndTime: at('2026-03-02T00:00:00Z'),
      EventLastReplayedTime: at('2026-03-01T23:59:59Z'),
    });
    const again = await received('whole');
    expect(again.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
    expect(Object.entries(again[0]!)).toEqual(
      Object.entries({
        version: '0',
        id: ids[2],
        'detail-type': 'Ordered',
        source: 'shop',
        account: '111122223333',
        time: '2026-03-01T00:00:00Z',
        region: 'eu-west-1',
        'replay-name': 'whole',
        resources: ['r'],
        detail: { n: 2 },
      }),
    );
    // Nothing is archived again; `received` has put two events of its own.
    expect((await events.send(new DescribeArchiveCommand({ ArchiveName: 'whole' }))).EventCount).toBe(4 + 2);

    const { Replays } = await events.send(new ListReplaysCommand({ NamePrefix: 'who' }));
    expect(Replays).toMatchObject([{ ReplayName: 'whole', State: 'COMPLETED', ReplayEndTime: expect.any(Date) }]);
    expect(Object.keys(Replays![0]!)).not.toContain('Destination');
  });

  it('reaches the rules that it names, and no others', async () => {
    await archivedBus('named');
    for (const n of [1, 2]) await put('named', n, `2026-03-01T10:00:0${n}Z`);
    const FilterArns = [await listen('named', 'named-1'), await listen('named', 'named-2')];
    await listen('named', 'not-named');

    await replay('named', { Destination: { Arn: NAMED('event-bus/named'), FilterArns } });
    await ended('named');
    for (const queue of ['named-1', 'named-2']) {
      const again = (await received('named', queue)).filter(({ detail }) => detail.n > 0);
      expect(again.map((event) => [event['replay-name'], event.detail.n])).toEqual([
        ['named', 1],
        ['named', 2],
      ]);
    }
    const others = await received('named', 'not-named');
    expect(others.filter(({ detail }) => detail.n > 0)).toEqual([]);
  });

  it('does not reach a rule that wants no replays', async () => {
    const EventBusName = 'wary';
    await archivedBus(EventBusName);
    await listen('wary');
    const EventPattern = '{"source":["shop"],"replay-name":[{"exists":false}]}';
    await events.send(new PutRuleCommand({ Name: 'wary', EventBusName, EventPattern }));
    await put('wary', 1);
    expect(await received('wary')).toHaveLength(1);
    await replay('wary');
    expect(await ended('wary')).toMatchObject({ EventLastReplayedTime: at('2026-03-01T10:00:00Z') });
    expect(await received('wary')).toEqual([]);
  });

  it('ends where it is cancelled', async () => {
    await archivedBus('cancelled');
    await put('cancelled', 1);
    await listen('cancelled');
    // Within the process, so that the second call follows the first at once.
    const call = (operation: string, input: object) =>
      cloud.cloud.call('events', operation, { ReplayName: 'cancelled', ...input }, internally('test'));
    await call('StartReplay', {
      EventSourceArn: NAMED('archive/cancelled'),
      EventStartTime: 0,
      EventEndTime: 2_000_000_000,
      Destination: { Arn: NAMED('event-bus/cancelled') },
    });
    expect(await call('CancelReplay', {})).toEqual({ ReplayArn: NAMED('replay/cancelled'), State: 'CANCELLING' });
    expect(await ended('cancelled')).toMatchObject({ State: 'CANCELLED' });
    expect(await received('cancelled')).toEqual([]);
    await expect(events.send(new CancelReplayCommand({ ReplayName: 'cancelled' }))).rejects.toMatchObject({
      name: 'IllegalStatusException',
    });
  });

  it('tells of one that does not exist', async () => {
    const name = 'ResourceNotFoundException';
    await expect(events.send(new DescribeReplayCommand({ ReplayName: 'none' }))).rejects.toMatchObject({ name });
    await expect(events.send(new CancelReplayCommand({ ReplayName: 'none' }))).rejects.toMatchObject({ name });
  });

  describe('is refused', () => {
    const bus = { Arn: NAMED('event-bus/strict') };
    beforeAll(async () => {
      await archivedBus('strict');
      await events.send(new PutRuleCommand({ Name: 'elsewhere', EventPattern: '{"source":["shop"]}' }));
      await replay('strict');
    });

    it.each([
      ['under a name that was taken', { ReplayName: 'strict' }, 'Replay strict already exists.'],
      [
        'from an archive that does not exist',
        { EventSourceArn: NAMED('archive/none') },
        'Parameter EventSourceArn is not valid. Reason: Archive none does not exist.',
      ],
      [
        'to a bus that does not exist',
        { Destination: { Arn: NAMED('event-bus/none') } },
        'Event bus none does not exist.',
      ],
      [
        'to another bus than the events came from',
        { Destination: { Arn: NAMED('event-bus/default') } },
        'Parameter Destination.Arn is not valid. Reason: Cross event bus replay is not permitted.',
      ],
      [
        'to what is no bus',
        { Destination: { Arn: 'strict' } },
        'Parameter Destination.Arn is not valid. Reason: Must contain an event bus ARN.',
      ],
      [
        'for an empty window',
        { EventEndTime: at('2026-03-01T00:00:00Z') },
        'Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.',
      ],
      [
        'to a rule of another bus',
        { Destination: { ...bus, FilterArns: [NAMED('rule/elsewhere')] } },
        `Rule ${NAMED('rule/elsewhere')} does not exist on EventBus strict.`,
      ],
      ['to no rule at all', { Destination: { ...bus, FilterArns: [] } }, /Destination.FilterArns/],
      ['under a name of 65 characters', { ReplayName: 'x'.repeat(65) }, /ReplayName/],
    ])('%s', async (_, given, message) => {
      const start = replay('strict', { ReplayName: 'strict-2', ...given });
      await expect(start).rejects.toThrow(message);
    });
  });
});
