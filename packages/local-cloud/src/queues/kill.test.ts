import { describe, expect, it } from '@jest/globals';
import {
  DynamoDBClient,
  CreateTableCommand,
  GetItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateArchiveCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { mayDeliver } from '../testing/policies.ts';

interface Running {
  readonly process: ChildProcess;
  readonly sqs: SQSClient;
  readonly events: EventBridgeClient;
  readonly db: DynamoDBClient;
  queueUrl(name: string): string;
  kill(): Promise<void>;
}

/** A cloud in a process of its own, which can be killed. */
async function serve(folder: string): Promise<Running> {
  const config = join(folder, 'config.json');
  await writeFile(
    config,
    JSON.stringify({
      account: '111122223333',
      region: 'eu-west-1',
      templates: [],
      parameters: {},
      images: [],
      jobSlots: 1,
      warehouse: { workgroup: 'w', database: 'd', ddl: [], bucket: 'staging', role: 'warehouse-copy' },
    }),
  );
  const program = join(import.meta.dirname, '../main.ts');
  const args = [
    '--disable-warning=ExperimentalWarning',
    program,
    'serve',
    '--config',
    config,
    '--state',
    join(folder, 'state'),
  ];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { endpoint, region, ...credentials } = JSON.parse(line) as Record<
    'endpoint' | 'region' | 'accessKeyId' | 'secretAccessKey',
    string
  >;
  const client = { endpoint, region, credentials };
  const clients = { sqs: new SQSClient(client), events: new EventBridgeClient(client), db: new DynamoDBClient(client) };
  return {
    process: child,
    ...clients,
    queueUrl: (name) => `${endpoint}/111122223333/${name}`,
    async kill() {
      for (const each of Object.values(clients)) each.destroy();
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

describe('after kill -9', () => {
  it('every answered message, event, replay and transaction is there, and a message in flight stays so', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kill-'));
    const first = await serve(folder);
    const target = 'arn:aws:sqs:eu-west-1:111122223333:target';
    await first.sqs.send(new CreateQueueCommand({ QueueName: 'own' }));
    await first.sqs.send(
      new CreateQueueCommand({ QueueName: 'target', Attributes: { Policy: mayDeliver('events', target) } }),
    );
    await first.events.send(new PutRuleCommand({ Name: 'r', EventPattern: '{"source":["s"]}' }));
    const Targets = [{ Id: 't', Arn: target }];
    await first.events.send(new PutTargetsCommand({ Rule: 'r', Targets }));
    await first.db.send(
      new CreateTableCommand({
        TableName: 'items',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      }),
    );
    const send = (MessageBody: string) =>
      first.sqs.send(new SendMessageCommand({ QueueUrl: first.queueUrl('own'), MessageBody }));
    await send('in flight');
    const { Messages } = await first.sqs.send(new ReceiveMessageCommand({ QueueUrl: first.queueUrl('own') }));
    await send('waiting');
    const key = (pk: string) => ({ pk: { S: pk } });
    const Put = (pk: string) => ({ Put: { TableName: 'items', Item: key(pk) } });
    await first.db.send(new TransactWriteItemsCommand({ TransactItems: [Put('a'), Put('b')] }));
    const Arn = 'arn:aws:events:eu-west-1:111122223333:event-bus/default';
    const archive = { ArchiveName: 'a', EventSourceArn: Arn };
    const { ArchiveArn } = await first.events.send(new CreateArchiveCommand(archive));
    const Detail = (n: number) => JSON.stringify({ n });
    const entry = (n: number) => ({ Source: 's', DetailType: 'd', Detail: Detail(n) });
    const Entries = Array.from({ length: 10 }, (_, n) => entry(n));
    const { FailedEntryCount } = await first.events.send(new PutEventsCommand({ Entries }));
    const window = { EventStartTime: new Date(0), EventEndTime: new Date('2100-01-01') };
    const replay = { ReplayName: 'again', EventSourceArn: ArchiveArn, Destination: { Arn }, ...window };
    await first.events.send(new StartReplayCommand(replay));
    await first.kill();
    expect(FailedEntryCount).toBe(0);

    const second = await serve(folder);
    try {
      const receive = async (name: string) => {
        const options = { QueueUrl: second.queueUrl(name), MaxNumberOfMessages: 10, WaitTimeSeconds: 1 };
        return (await second.sqs.send(new ReceiveMessageCommand(options))).Messages ?? [];
      };
      expect((await receive('own')).map(({ Body }) => Body)).toEqual(['waiting']);
      const ReceiptHandle = Messages![0]!.ReceiptHandle;
      await second.sqs.send(new DeleteMessageCommand({ QueueUrl: second.queueUrl('own'), ReceiptHandle }));

      const arrived = new Set<string>();
      for (let tries = 0; arrived.size < 20 && tries < 20; tries += 1) {
        for (const { Body } of await receive('target')) {
          const event = JSON.parse(Body!) as { detail: { n: number }; 'replay-name'?: string };
          arrived.add(`${event['replay-name'] ?? 'once'} ${event.detail.n}`);
        }
      }
      const numbers = Array.from({ length: 10 }, (_, n) => n);
      expect([...arrived].sort()).toEqual(['again', 'once'].flatMap((which) => numbers.map((n) => `${which} ${n}`)));

      for (const pk of ['a', 'b']) {
        const { Item } = await second.db.send(new GetItemCommand({ TableName: 'items', Key: key(pk) }));
        expect(Item).toEqual(key(pk));
      }
    } finally {
      await second.kill();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
