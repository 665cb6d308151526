import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeStatementCommand, ExecuteStatementCommand, RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { decision } from '@regulabel/contracts/evaluation/decision.v1';
import type { Winner } from '@regulabel/shared/tableItems';
import { modelHeld } from '@regulabel/contracts/evaluation/modelHeld.v1';
import type { EventContract } from '@regulabel/contracts/event';
import { inferenceSkipped } from '@regulabel/contracts/inference/inferenceSkipped.v1';
import { catalogueChanged } from '@regulabel/contracts/ingest/catalogueChanged.v1';
import { classificationRunCompleted } from '@regulabel/contracts/ingest/classificationRunCompleted.v1';
import { datasetManifest } from '@regulabel/contracts/ingest/datasetManifest.v1';
import { extractionFailed } from '@regulabel/contracts/ingest/extractionFailed.v1';
import { run as runContract } from '@regulabel/shared/tableItems';
import type { RunSummary } from '@regulabel/contracts/ingest/runSummary.v1';
import { runStarted } from '@regulabel/contracts/ingest/runStarted.v1';
import { trainingRunCompleted } from '@regulabel/contracts/ingest/trainingRunCompleted.v1';
import { modelTrained } from '@regulabel/contracts/training/modelTrained.v1';
import { modelTrainedExamples } from '@regulabel/contracts/training/modelTrained.v1.examples';
import { trainingSkipped } from '@regulabel/contracts/training/trainingSkipped.v1';
import { classificationReportKey, datasetManifestKey } from '@regulabel/shared/keys';
import { dataBucket, predictionsBucket, runsTable, stateMachineArn, winnersTable } from '@regulabel/shared/names';
import { parseJson, parseStrictly } from '@regulabel/contracts/parse';
import { safeParseEvent } from '@regulabel/contracts/receive';
import { buildBrokenEvent } from '@regulabel/contracts/testing';
import { runKey, winnerKey } from '@regulabel/shared/tables';
import { listenTo, type BusListener, type Heard } from '@regulabel/testing/busListener';
import { replayTo } from '@regulabel/testing/replay';
import { serve, type ServedCloud } from './commandLine.ts';
import { useKey } from './keys.ts';

const PLACE = { stage: 'local', account: '111122223333', region: 'eu-west-1' };
const BUS = `regulabel-${PLACE.stage}`;
const WAREHOUSE = { WorkgroupName: 'regulabel', Database: 'dev' };
const CATALOGUE = {
  countries: { DE: { schemes: { battery: {}, weee: {} } }, FR: { schemes: { weee: {} } } },
};

let state: string;
let served: ServedCloud;
let bus: BusListener;
/** What people may do is done as the operator, what only services do (events, tables, objects) as the administrator. */
let operator: {
  dynamodb: DynamoDBClient;
  events: EventBridgeClient;
  lambda: LambdaClient;
  sfn: SFNClient;
  sqs: SQSClient;
};
let administrator: {
  dynamodb: DynamoDBClient;
  events: EventBridgeClient;
  redshift: RedshiftDataClient;
  s3: S3Client;
  sns: SNSClient;
  sqs: SQSClient;
};
let catalogue: z.infer<typeof catalogueChanged.data>;

/** What was started, the last first: it ends even when not everything could be. */
const opened = new AsyncDisposableStack();

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'regulabel-services-'));
  opened.defer(() => rm(state, { recursive: true, force: true }));
  served = await serve(state);
  opened.defer(() => served.stop());
  operator = {
    dynamodb: new DynamoDBClient(served.operator),
    events: new EventBridgeClient(served.operator),
    lambda: new LambdaClient(served.operator),
    sfn: new SFNClient(served.operator),
    sqs: new SQSClient(served.operator),
  };
  administrator = {
    dynamodb: new DynamoDBClient(served.administrator),
    events: new EventBridgeClient(served.administrator),
    redshift: new RedshiftDataClient(served.administrator),
    s3: new S3Client({ ...served.administrator, forcePathStyle: true }),
    sns: new SNSClient(served.administrator),
    sqs: new SQSClient(served.administrator),
  };
  for (const client of [...Object.values(operator), ...Object.values(administrator)]) {
    opened.defer(() => {
      client.destroy();
    });
  }
  bus = await listenTo(BUS, served.administrator);
  opened.defer(() => {
    bus.close();
  });
  expect(await publishCatalogue()).toMatchObject({ changed: true });
  catalogue = (await hears(catalogueChanged, () => true)).data;
}, 180_000);

afterAll(() => opened.disposeAsync(), 30_000);

describe('ingest', () => {
  it('announces a catalogue once, however often it is published', async () => {
    expect(await publishCatalogue()).toEqual({ version: catalogue.version, changed: false });
    await bus.hearsAll();
    expect(heardOf(catalogueChanged)).toHaveLength(1);
  });

  it('closes the run of a month without any sales: every line is empty', async () => {
    await succeeded(await extract({ purpose: 'inference', token: 'nothing', month: '2001-01' }));
    const completion = await closed(classificationRunCompleted, 'inference-nothing');
    expect(completion).toMatchObject({ revision: 1, month: '2001-01', catalogueVersion: catalogue.version });
    expect(outcomes(completion)).toEqual(['DE/battery empty', 'DE/weee empty', 'FR/weee empty']);
    expect(await readRun('inference-nothing')).toMatchObject({ status: 'closed', announced: 1 });
  });

  it('gives a run to its first execution; a second one ends as a duplicate and changes nothing', async () => {
    const request = { purpose: 'inference', token: 'twice', month: '2001-01' };
    const first = await extract(request);
    await closed(classificationRunCompleted, 'inference-twice');
    const second = await extract(request);
    await succeeded(second);
    expect(await statesOf(second)).toEqual(['Plan', 'IsDuplicate', 'Duplicate']);
    await bus.hearsAll();
    expect(heardOf(runStarted).filter(({ data }) => data.runId === 'inference-twice')).toHaveLength(1);
    expect(await readRun('inference-twice')).toMatchObject({ executionArn: first, revision: 1 });
  });

  describe('when the warehouse refuses the UNLOAD', () => {
    const runId = 'training-refused';
    let executionArn: string;
    beforeAll(async () => {
      await statement('ALTER TABLE labelled_items RENAME TO hidden_items');
      executionArn = await extract({ purpose: 'training', token: 'refused' });
    });

    it('says so in its own words and closes the run: every line has failed', async () => {
      const { data } = await hears(extractionFailed, (event) => event.data.runId === runId);
      expect(data).toMatchObject({ error: 'UnloadFailed', executionArn });
      expect(data.cause).toContain('labelled_items');
      const completion = await closed(trainingRunCompleted, runId);
      expect(outcomes(completion)).toEqual(['DE/battery failed', 'DE/weee failed', 'FR/weee failed']);
      for (const { reason } of completion.lines) expect(reason).toContain('UnloadFailed');
    });

    it('extracts again when it is redriven, and revises what it said of the run', async () => {
      await statement('ALTER TABLE hidden_items RENAME TO labelled_items');
      await operator.sfn.send(new RedriveExecutionCommand({ executionArn }));
      const completion = await closed(trainingRunCompleted, runId, 2);
      expect(outcomes(completion)).toEqual(['DE/battery empty', 'DE/weee empty', 'FR/weee empty']);
      await succeeded(executionArn);
    });
  });
});

describe('inference', () => {
  it('skips the lines of a complete dataset that have no winner, and the run ends without labels', async () => {
    await statement(`INSERT INTO sold_items VALUES ('1', 'DE', 'Toaster', NULL, 'Brand', 2, DATE '2002-02-03')`);
    await extract({ purpose: 'inference', token: 'unlabelled', month: '2002-02' });
    const completion = await closed(classificationRunCompleted, 'inference-unlabelled');
    expect(outcomes(completion)).toEqual(['DE/battery no-winner', 'DE/weee no-winner', 'FR/weee empty']);
    const skipped = heardOf(inferenceSkipped).filter(({ data }) => data.runId === 'inference-unlabelled');
    expect(skipped.map(({ data }) => `${data.country}/${data.scheme} ${data.month} ${data.reason}`).sort()).toEqual([
      'DE/battery 2002-02 no-winner',
      'DE/weee 2002-02 no-winner',
    ]);
    expect(await executionsOf('inference')).toEqual([]);
  });
});

describe('training', () => {
  it("starts one execution per line, however often a country's manifest is put", async () => {
    const runId = 'training-again';
    const row = (scheme: string) =>
      `('1', 'DE', 'Toaster', NULL, NULL, '${scheme}', 'A', TIMESTAMP '2002-02-03 04:05:06')`;
    await statement(`INSERT INTO labelled_items VALUES ${row('battery')}, ${row('weee')}`);
    await succeeded(await extract({ purpose: 'training', token: 'again' }));
    const object = { Bucket: dataBucket(PLACE), Key: datasetManifestKey('training', runId, 'DE') };
    await useKey(served.administrator, `alias/${BUS}-control`);
    const { Body } = await administrator.s3.send(new GetObjectCommand(object));
    const manifest = (await Body?.transformToString()) ?? '';
    expect(parseJson(datasetManifest, manifest, 'the manifest')).toMatchObject({ rows: 2, files: [{}] });
    await administrator.s3.send(new PutObjectCommand({ ...object, Body: manifest }));

    const log = join(state, 'lambda', `${BUS}-start-training.log`);
    // Starting what runs already is success, so only the function's log tells when it has handled the second delivery.
    await until('each line was asked for twice', async () => {
      const said = await readFile(log, 'utf8').catch(() => '');
      return said.split('\n').filter((text) => text.includes(`-${runId}-`)).length === 4;
    });
    const names = (await executionsOf('training')).filter((name) => name.includes(runId));
    expect(names.map((name) => name.split('-').slice(0, 2).join('/')).sort()).toEqual(['DE/battery', 'DE/weee']);

    const completion = await closed(trainingRunCompleted, runId);
    expect(outcomes(completion)).toEqual(['DE/battery skipped', 'DE/weee skipped', 'FR/weee empty']);
    const skipped = heardOf(trainingSkipped).filter(({ data }) => data.runId === runId);
    expect(skipped.map(({ data }) => data.reason)).toEqual(['untrainable', 'untrainable']);
  }, 40_000);
});

describe('evaluation', () => {
  it("holds a candidate back when the winner's model is gone, tells the team, and leaves the winner", async () => {
    const line = { country: 'FR', scheme: 'weee' };
    const winner: Winner = {
      ...line,
      decisionId: 'f'.repeat(32),
      model: 'local-m-gone',
      since: '2001-01-01T00:00:00Z',
      runId: 'training-long-ago',
      metrics: { rows: 10, accuracy: 0.9, macroF1: 0.9 },
    };
    const TableName = winnersTable(PLACE);
    await administrator.dynamodb.send(
      new PutItemCommand({ TableName, Item: marshall({ ...winnerKey(line), ...winner }) }),
    );
    const inbox = await subscribe('mlops');
    // Its line is empty there, which a held candidate does not change.
    const runId = 'training-again';
    await putEvent(modelTrained, runId, {
      ...modelTrainedExamples.typical,
      ...line,
      runId,
      data: { ...modelTrainedExamples.typical.data, catalogue: { version: catalogue.version, uri: catalogue.uri } },
    });

    const { data } = await hears(modelHeld, (event) => event.data.runId === runId);
    expect(data).toMatchObject({ ...line, reason: 'winner-gone', winner: { model: winner.model } });
    const notice = await inbox.hears(({ Subject }) => Subject === 'Regulabel: FR/weee held (winner-gone)');
    expect(notice.Message).toContain(data.decisionId);

    const { Items = [] } = await operator.dynamodb.send(
      new QueryCommand({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :decisions)',
        ExpressionAttributeValues: marshall({ ':pk': winnerKey(line).pk, ':decisions': 'decision#' }),
      }),
    );
    expect(Items.map((item) => decision.parse(unmarshall(item)))).toMatchObject([
      { decisionId: data.decisionId, outcome: 'held', reason: 'winner-gone' },
    ]);
    const { Item } = await operator.dynamodb.send(
      new GetItemCommand({ TableName, Key: marshall(winnerKey(line)), ConsistentRead: true }),
    );
    expect(unmarshall(Item!)).toEqual({ ...winnerKey(line), ...winner });
  });
});

describe('an event that breaks its contract', () => {
  const QueueName = `${BUS}-track-run`;
  const urlOf = async (name: string): Promise<string> => {
    const { QueueUrl = '' } = await administrator.sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    return QueueUrl;
  };
  /** A message comes again as soon as this has passed; as deployed it takes three minutes. */
  const comesAgainAfter = async (VisibilityTimeout: string) =>
    administrator.sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: await urlOf(QueueName), Attributes: { VisibilityTimeout } }),
    );
  beforeAll(() => comesAgainAfter('0'));
  afterAll(() => comesAgainAfter('180'));

  it('lies in the dead-letter queue of who listens for it, and the log says which field is wrong', async () => {
    const broken = buildBrokenEvent(modelHeld, { data: { country: 'Germany' } });
    await administrator.events.send(
      new PutEventsCommand({
        Entries: [
          {
            ...{ EventBusName: BUS, Source: broken.source, DetailType: broken['detail-type'] },
            Detail: JSON.stringify(broken.detail),
          },
        ],
      }),
    );
    const QueueUrl = await urlOf(`${QueueName}-dlq`);
    await until('the event is a dead letter', async () => (await messagesIn(QueueUrl)) === 1);
    const { Messages: [letter] = [] } = await operator.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(safeParseEvent(modelHeld, letter)).toMatchObject({
      success: false,
      error: { name: 'EventBroken', problems: [{ path: 'detail.data.country' }] },
    });
    const said = await readFile(join(state, 'lambda', `${QueueName}.log`), 'utf8');
    expect(said.split('\n').filter((line) => line.includes('EventBroken'))).toHaveLength(5);
    expect(said).toContain('detail.data.country');
    await operator.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: letter?.ReceiptHandle }));
  });
});

describe('a replay', () => {
  const runId = 'inference-replayed';
  const month = '2003-03';
  let inbox: Inbox;
  let reporting: BusListener;
  let manifests: BusListener;
  let window: { from: Date; to: Date };

  beforeAll(async () => {
    inbox = await subscribe('stakeholders');
    reporting = await listenTo(BUS, served.administrator, `${BUS}-reporting-listener`);
    const from = new Date(Math.floor(Date.now() / 1000) * 1000);
    await statement(`INSERT INTO sold_items VALUES ('1', 'DE', 'Toaster', NULL, 'Brand', 2, DATE '${month}-04')`);
    await extract({ purpose: 'inference', token: 'replayed', month });
    await closed(classificationRunCompleted, runId);
    await inbox.hears(({ Message }) => Message.includes(month));
    await everythingHandled();
    await bus.hearsAll();
    window = { from, to: new Date() };
    manifests = await listenTo('default', served.administrator, `${BUS}-manifests-listener`);
    // Without its report nobody remembers that the stakeholders know: they would hear of the run again.
    const report = { Bucket: predictionsBucket(PLACE), Key: classificationReportKey(month, runId, 1) };
    await administrator.s3.send(new DeleteObjectCommand(report));
  }, 30_000);
  afterAll(() => {
    reporting.close();
    manifests.close();
  });

  it('brings each event of its window once to the rule that it names, as it was', async () => {
    const { from, to } = window;
    const once = bus.heard.filter(
      ({ time, source }) => new Date(time) >= from && new Date(time) < to && source.startsWith('regulabel.'),
    );
    const ofRun = once.filter(({ detail }) => JSON.stringify(detail).includes(runId));
    expect(ofRun.map((event) => event['detail-type']).sort()).toEqual([
      'ClassificationRunCompleted.v1',
      'ExtractionCompleted.v1',
      'InferenceSkipped.v1',
      'InferenceSkipped.v1',
      'RunStarted.v1',
    ]);
    const again = (await replayTo(reporting, { archive: `${BUS}-events`, ...window }, operator.events)).filter(
      ({ source }) => source.startsWith('regulabel.'),
    );
    const byId = (events: readonly Heard[]) => [...events].sort((left, right) => (left.id < right.id ? -1 : 1));
    expect(byId(again)).toEqual(byId(once).map((event) => ({ ...event, 'replay-name': `${BUS}-events-again` })));
  });

  it('brings the manifests of complete datasets, from the default bus', async () => {
    const again = await replayTo(manifests, { archive: `${BUS}-manifests`, ...window }, operator.events);
    const Key = datasetManifestKey('inference', runId, 'DE');
    expect(again).toMatchObject([
      { source: 'aws.s3', detail: { bucket: { name: dataBucket(PLACE) }, object: { key: Key } } },
    ]);
  });

  it('gives nobody else anything to do: no line is skipped, labelled or trained again, no message goes out', async () => {
    await everythingHandled();
    await bus.hearsAll();
    expect(bus.heard.filter((event) => 'replay-name' in event)).toEqual([]);
    expect(heardOf(inferenceSkipped).filter(({ data }) => data.runId === runId)).toHaveLength(2);
    expect(await executionsOf('inference')).toEqual([]);
    expect(await messagesIn(inbox.QueueUrl)).toBe(1);
  });
});

describe('all services', () => {
  it('have handled every message: none waits, is retried or lies in a dead-letter queue', everythingHandled);
});

async function publishCatalogue(): Promise<unknown> {
  const { FunctionError, Payload } = await operator.lambda.send(
    new InvokeCommand({ FunctionName: `${BUS}-publish-catalogue`, Payload: JSON.stringify(CATALOGUE) }),
  );
  expect(FunctionError).toBeUndefined();
  return JSON.parse(Payload?.transformToString() ?? '');
}

/** Starts an extraction as the schedule does; answers the execution's ARN. */
async function extract(request: { purpose: string; token: string; month?: string }): Promise<string> {
  const { executionArn = '' } = await operator.sfn.send(
    new StartExecutionCommand({
      stateMachineArn: stateMachineArn(PLACE, 'extract'),
      input: JSON.stringify({ ...request, scheduledTime: '2026-11-01T02:00:00Z' }),
    }),
  );
  return executionArn;
}

async function succeeded(executionArn: string): Promise<void> {
  await until(`${executionArn} has succeeded`, async () => {
    const { status, error, cause } = await operator.sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'FAILED') throw new Error(`${executionArn} failed: ${error ?? ''} ${cause ?? ''}`);
    return status === 'SUCCEEDED';
  });
}

async function statesOf(executionArn: string): Promise<string[]> {
  const { events = [] } = await operator.sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
  return events.flatMap(({ stateEnteredEventDetails: entered }) => entered?.name ?? []);
}

async function executionsOf(machine: 'training' | 'inference'): Promise<string[]> {
  const { executions = [] } = await operator.sfn.send(
    new ListExecutionsCommand({ stateMachineArn: stateMachineArn(PLACE, machine) }),
  );
  return executions.flatMap(({ name }) => name ?? []);
}

async function statement(Sql: string): Promise<void> {
  const { Id } = await administrator.redshift.send(new ExecuteStatementCommand({ ...WAREHOUSE, Sql }));
  await until(Sql, async () => {
    const { Status, Error: error } = await administrator.redshift.send(new DescribeStatementCommand({ Id }));
    if (Status === 'FAILED') throw new Error(`${Sql}: ${error ?? ''}`);
    return Status === 'FINISHED';
  });
}

async function readRun(runId: string) {
  const { Item } = await operator.dynamodb.send(
    new GetItemCommand({ TableName: runsTable(PLACE), Key: marshall(runKey(runId)), ConsistentRead: true }),
  );
  return Item && runContract.parse(unmarshall(Item));
}

type Event<Data extends z.ZodObject> = z.infer<EventContract<Data>['detail']>;

const read = <Data extends z.ZodObject>(contract: EventContract<Data>, { detail }: Heard): Event<Data> =>
  parseStrictly(contract.detail, detail, contract.detailType);

const isOf = ({ detailType }: { detailType: string }, event: Heard): boolean => event['detail-type'] === detailType;

/** The event of ours that `wanted` is true of, strictly as its contract has it. */
async function hears<Data extends z.ZodObject>(
  contract: EventContract<Data>,
  wanted: (event: Event<Data>) => boolean,
): Promise<Event<Data>> {
  return read(contract, await bus.hears((event) => isOf(contract, event) && wanted(read(contract, event))));
}

const heardOf = <Data extends z.ZodObject>(contract: EventContract<Data>): Event<Data>[] =>
  bus.heard.filter((event) => isOf(contract, event)).map((event) => read(contract, event));

/** Waits until no queue of the services has messages, dead letters included. */
async function everythingHandled(): Promise<void> {
  const { QueueUrls = [] } = await administrator.sqs.send(new ListQueuesCommand({ QueueNamePrefix: `${BUS}-` }));
  const own = QueueUrls.filter((url) => !url.endsWith('-listener') && !url.endsWith('-inbox'));
  expect(own.length).toBeGreaterThan(10);
  await until(`no queue has messages (of ${own.length})`, async () => {
    const counts = await Promise.all(own.map(messagesIn));
    return counts.every((count) => count === 0);
  });
}

async function putEvent<Data extends z.ZodObject>(
  contract: EventContract<Data>,
  runId: string,
  data: z.infer<Data>,
): Promise<void> {
  const { source: Source, detailType: DetailType, schemaVersion, producer, detail } = contract;
  const metadata = {
    id: '0'.repeat(32),
    correlationId: runId,
    causationId: 'test',
    time: new Date().toISOString(),
    schemaVersion,
    producer,
  };
  const Detail = JSON.stringify(parseStrictly(detail, { metadata, data }, DetailType));
  await administrator.events.send(
    new PutEventsCommand({ Entries: [{ EventBusName: BUS, Source, DetailType, Detail }] }),
  );
}

/** What a run's completion says. */
async function closed(
  contract: typeof trainingRunCompleted | typeof classificationRunCompleted,
  runId: string,
  revision = 1,
): Promise<RunSummary> {
  const isIt = ({ data }: { data: RunSummary }): boolean => data.runId === runId && data.revision === revision;
  const event =
    contract.detailType === trainingRunCompleted.detailType
      ? await hears(trainingRunCompleted, isIt)
      : await hears(classificationRunCompleted, isIt);
  return event.data;
}

const outcomes = ({ lines }: RunSummary): string[] =>
  lines.map(({ country, scheme, outcome }) => `${country}/${scheme} ${outcome}`).sort();

const notification = z.object({ Subject: z.string().optional(), Message: z.string() });
type Notification = z.infer<typeof notification>;

/** A queue of the test's own at a topic. Its messages stay. */
interface Inbox {
  readonly QueueUrl: string;
  hears(wanted: (message: Notification) => boolean): Promise<Notification>;
}

async function subscribe(topic: string): Promise<Inbox> {
  const { sns, sqs } = administrator;
  const QueueName = `${BUS}-${topic}-inbox`;
  const TopicArn = `arn:aws:sns:${PLACE.region}:${PLACE.account}:${BUS}-${topic}`;
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({
      QueueName,
      Attributes: {
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: {
            Effect: 'Allow',
            Principal: { Service: 'sns.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: `arn:aws:sqs:${PLACE.region}:${PLACE.account}:${QueueName}`,
            Condition: { ArnEquals: { 'aws:SourceArn': TopicArn } },
          },
        }),
      },
    }),
  );
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Attributes?.['QueueArn'] }));
  const hears: Inbox['hears'] = async (wanted) => {
    let found: Notification | undefined;
    await until(`a notification on ${topic}`, async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      found = Messages.map(({ Body = '' }) => parseJson(notification, Body, 'a notification')).find(wanted);
      return found !== undefined;
    });
    return found!;
  };
  return { QueueUrl, hears };
}

async function messagesIn(QueueUrl: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes } = await administrator.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
}

/** Asks until it is so, for 15 seconds at most. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`not within 15 s: ${what}`);
    await delay(50);
  }
}
