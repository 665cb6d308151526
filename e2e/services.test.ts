import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decision } from '@regulabel/contracts/evaluation/decision.v1';
import { modelHeld } from '@regulabel/contracts/evaluation/modelHeld.v1';
import { inferenceSkipped } from '@regulabel/contracts/inference/inferenceSkipped.v1';
import { catalogueChanged } from '@regulabel/contracts/ingest/catalogueChanged.v1';
import { classificationRunCompleted } from '@regulabel/contracts/ingest/classificationRunCompleted.v1';
import { datasetManifest } from '@regulabel/contracts/ingest/datasetManifest.v1';
import { extractionFailed } from '@regulabel/contracts/ingest/extractionFailed.v1';
import { runStarted } from '@regulabel/contracts/ingest/runStarted.v1';
import type { RunSummary } from '@regulabel/contracts/ingest/runSummary.v1';
import { trainingRunCompleted } from '@regulabel/contracts/ingest/trainingRunCompleted.v1';
import { parseJson } from '@regulabel/contracts/parse';
import { safeParseEvent } from '@regulabel/contracts/receive';
import { buildBrokenEvent, buildEvent } from '@regulabel/contracts/testing';
import { modelTrained } from '@regulabel/contracts/training/modelTrained.v1';
import { trainingSkipped } from '@regulabel/contracts/training/trainingSkipped.v1';
import { classificationReportKey, datasetManifestKey } from '@regulabel/shared/keys';
import { dataBucket, predictionsBucket, runsTable, winnersTable } from '@regulabel/shared/names';
import { run as runContract, type Winner } from '@regulabel/shared/tableItems';
import { runKey, winnerKey } from '@regulabel/shared/tables';
import { listenTo, type BusListener, type Heard } from '@regulabel/testing/busListener';
import { replayTo } from '@regulabel/testing/replay';
import { until } from '@regulabel/testing/until';
import type * as z from 'zod';
import type { Inbox } from './inbox.ts';
import { useKey } from './keys.ts';
import { BUS, PLACE, ServedStage } from './servedStage.ts';
import { statement } from './warehouse.ts';

const CATALOGUE = {
  countries: { DE: { schemes: { battery: {}, weee: {} } }, FR: { schemes: { weee: {} } } },
};

let stage: ServedStage;
let catalogue: z.infer<typeof catalogueChanged.data>;
const opened = new AsyncDisposableStack();

beforeAll(async () => {
  stage = await ServedStage.start(opened);
  expect(await publishCatalogue()).toMatchObject({ changed: true });
  catalogue = (await stage.hears(catalogueChanged, () => true)).data;
}, 180_000);

afterAll(() => opened.disposeAsync(), 30_000);

describe('ingest', () => {
  it('announces a catalogue once, however often it is published', async () => {
    expect(await publishCatalogue()).toEqual({ version: catalogue.version, changed: false });
    await stage.bus.hearsAll();
    expect(stage.heardOf(catalogueChanged)).toHaveLength(1);
  });

  it('closes the run of a month without any sales: every line is empty', async () => {
    await stage.succeeded(await stage.extract({ purpose: 'inference', token: 'nothing', month: '2001-01' }));
    const completion = await stage.closed(classificationRunCompleted, 'inference-nothing');
    expect(completion).toMatchObject({ revision: 1, month: '2001-01', catalogueVersion: catalogue.version });
    expect(outcomes(completion)).toEqual(['DE/battery empty', 'DE/weee empty', 'FR/weee empty']);
    expect(await readRun('inference-nothing')).toMatchObject({ status: 'closed', announced: 1 });
  });

  it('gives a run to its first execution; a second one ends as a duplicate and changes nothing', async () => {
    const request = { purpose: 'inference', token: 'twice', month: '2001-01' };
    const first = await stage.extract(request);
    await stage.closed(classificationRunCompleted, 'inference-twice');
    const second = await stage.extract(request);
    await stage.succeeded(second);
    expect(await stage.statesOf(second)).toEqual(['Plan', 'IsDuplicate', 'Duplicate']);
    await stage.bus.hearsAll();
    expect(stage.heardOf(runStarted).filter(({ data }) => data.runId === 'inference-twice')).toHaveLength(1);
    expect(await readRun('inference-twice')).toMatchObject({ executionArn: first, revision: 1 });
  });

  describe('when the warehouse refuses the UNLOAD', () => {
    const runId = 'training-refused';
    let executionArn: string;
    beforeAll(async () => {
      await statement(stage.administrator.redshift, 'ALTER TABLE labelled_items RENAME TO hidden_items');
      executionArn = await stage.extract({ purpose: 'training', token: 'refused' });
    });

    it('says so in its own words and closes the run: every line has failed', async () => {
      const { data } = await stage.hears(extractionFailed, (event) => event.data.runId === runId);
      expect(data).toMatchObject({ error: 'UnloadFailed', executionArn });
      expect(data.cause).toContain('labelled_items');
      const completion = await stage.closed(trainingRunCompleted, runId);
      expect(outcomes(completion)).toEqual(['DE/battery failed', 'DE/weee failed', 'FR/weee failed']);
      for (const { reason } of completion.lines) expect(reason).toContain('UnloadFailed');
    });

    it('extracts again when it is redriven, and revises what it said of the run', async () => {
      await statement(stage.administrator.redshift, 'ALTER TABLE hidden_items RENAME TO labelled_items');
      await stage.operator.sfn.send(new RedriveExecutionCommand({ executionArn }));
      const completion = await stage.closed(trainingRunCompleted, runId, 2);
      expect(outcomes(completion)).toEqual(['DE/battery empty', 'DE/weee empty', 'FR/weee empty']);
      await stage.succeeded(executionArn);
    });
  });
});

describe('inference', () => {
  it('skips the lines of a complete dataset that have no winner, and the run ends without labels', async () => {
    await statement(
      stage.administrator.redshift,
      `INSERT INTO sold_items VALUES ('1', 'DE', 'Toaster', NULL, 'Brand', 2, DATE '2002-02-03')`,
    );
    await stage.extract({ purpose: 'inference', token: 'unlabelled', month: '2002-02' });
    const completion = await stage.closed(classificationRunCompleted, 'inference-unlabelled');
    expect(outcomes(completion)).toEqual(['DE/battery no-winner', 'DE/weee no-winner', 'FR/weee empty']);
    const skipped = stage.heardOf(inferenceSkipped).filter(({ data }) => data.runId === 'inference-unlabelled');
    expect(skipped.map(({ data }) => `${data.country}/${data.scheme} ${data.month} ${data.reason}`).sort()).toEqual([
      'DE/battery 2002-02 no-winner',
      'DE/weee 2002-02 no-winner',
    ]);
    expect(await stage.executionsOf('inference')).toEqual([]);
  });
});

describe('training', () => {
  it("starts one execution per line, however often a country's manifest is put", async () => {
    const runId = 'training-again';
    const row = (scheme: string) =>
      `('1', 'DE', 'Toaster', NULL, NULL, '${scheme}', 'A', TIMESTAMP '2002-02-03 04:05:06')`;
    await statement(
      stage.administrator.redshift,
      `INSERT INTO labelled_items VALUES ${row('battery')}, ${row('weee')}`,
    );
    await stage.succeeded(await stage.extract({ purpose: 'training', token: 'again' }));
    const object = { Bucket: dataBucket(PLACE), Key: datasetManifestKey('training', runId, 'DE') };
    await useKey(stage.reach, `alias/${BUS}-control`);
    const { Body } = await stage.administrator.s3.send(new GetObjectCommand(object));
    const manifest = (await Body?.transformToString()) ?? '';
    expect(parseJson(datasetManifest, manifest, 'the manifest')).toMatchObject({ rows: 2, files: [{}] });
    await stage.administrator.s3.send(new PutObjectCommand({ ...object, Body: manifest }));

    const log = join(stage.state, 'lambda', `${BUS}-start-training.log`);
    // Starting what runs already is success, so only the function's log tells when it has handled the second delivery.
    await until('each line was asked for twice', async () => {
      const said = await readFile(log, 'utf8').catch(() => '');
      return said.split('\n').filter((text) => text.includes(`-${runId}-`)).length === 4;
    });
    const names = (await stage.executionsOf('training')).filter((name) => name.includes(runId));
    expect(names.map((name) => name.split('-').slice(0, 2).join('/')).sort()).toEqual(['DE/battery', 'DE/weee']);

    const completion = await stage.closed(trainingRunCompleted, runId);
    expect(outcomes(completion)).toEqual(['DE/battery skipped', 'DE/weee skipped', 'FR/weee empty']);
    const skipped = stage.heardOf(trainingSkipped).filter(({ data }) => data.runId === runId);
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
    await stage.administrator.dynamodb.send(
      new PutItemCommand({ TableName, Item: marshall({ ...winnerKey(line), ...winner }) }),
    );
    const inbox = await stage.subscribe('mlops');
    // Its line is empty there, which a held candidate does not change.
    const runId = 'training-again';
    const { version, uri } = catalogue;
    await stage.put(buildEvent(modelTrained, { data: { ...line, runId, data: { catalogue: { version, uri } } } }));

    const { data } = await stage.hears(modelHeld, (event) => event.data.runId === runId);
    expect(data).toMatchObject({ ...line, reason: 'winner-gone', winner: { model: winner.model } });
    const notice = await inbox.hears(({ Subject }) => Subject === 'Regulabel: FR/weee held (winner-gone)');
    expect(notice.Message).toContain(data.decisionId);

    const { Items = [] } = await stage.operator.dynamodb.send(
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
    const { Item } = await stage.operator.dynamodb.send(
      new GetItemCommand({ TableName, Key: marshall(winnerKey(line)), ConsistentRead: true }),
    );
    expect(unmarshall(Item!)).toEqual({ ...winnerKey(line), ...winner });
  });
});

describe('an event that breaks its contract', () => {
  const QueueName = `${BUS}-track-run`;
  const urlOf = async (name: string): Promise<string> => {
    const { QueueUrl = '' } = await stage.administrator.sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    return QueueUrl;
  };
  /** A message comes again as soon as this has passed; as deployed it takes three minutes. */
  const comesAgainAfter = async (VisibilityTimeout: string) =>
    stage.administrator.sqs.send(
      new SetQueueAttributesCommand({ QueueUrl: await urlOf(QueueName), Attributes: { VisibilityTimeout } }),
    );
  beforeAll(() => comesAgainAfter('0'));
  afterAll(() => comesAgainAfter('180'));

  it('lies in the dead-letter queue of who listens for it, and the log says which field is wrong', async () => {
    await stage.put(buildBrokenEvent(modelHeld, { data: { country: 'Germany' } }));
    const QueueUrl = await urlOf(`${QueueName}-dlq`);
    await until('the event is a dead letter', async () => (await stage.messagesIn(QueueUrl)) === 1);
    const { Messages: [letter] = [] } = await stage.operator.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(safeParseEvent(modelHeld, letter)).toMatchObject({
      success: false,
      error: { name: 'EventBroken', problems: [{ path: 'detail.data.country' }] },
    });
    const said = await readFile(join(stage.state, 'lambda', `${QueueName}.log`), 'utf8');
    expect(said.split('\n').filter((line) => line.includes('EventBroken'))).toHaveLength(5);
    expect(said).toContain('detail.data.country');
    await stage.operator.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: letter?.ReceiptHandle }));
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
    inbox = await stage.subscribe('stakeholders');
    reporting = await listenTo(BUS, stage.reach, `${BUS}-reporting-listener`);
    const from = new Date(Math.floor(Date.now() / 1000) * 1000);
    await statement(
      stage.administrator.redshift,
      `INSERT INTO sold_items VALUES ('1', 'DE', 'Toaster', NULL, 'Brand', 2, DATE '${month}-04')`,
    );
    await stage.extract({ purpose: 'inference', token: 'replayed', month });
    await stage.closed(classificationRunCompleted, runId);
    await inbox.hears(({ Message }) => Message.includes(month));
    await stage.everythingHandled();
    await stage.bus.hearsAll();
    window = { from, to: new Date() };
    manifests = await listenTo('default', stage.reach, `${BUS}-manifests-listener`);
    // Without its report nobody remembers that the stakeholders know: they would hear of the run again.
    const report = { Bucket: predictionsBucket(PLACE), Key: classificationReportKey(month, runId, 1) };
    await stage.administrator.s3.send(new DeleteObjectCommand(report));
  }, 30_000);
  afterAll(() => {
    reporting.close();
    manifests.close();
  });

  it('brings each event of its window once to the rule that it names, as it was', async () => {
    const { from, to } = window;
    const once = stage.bus.heard.filter(
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
    const again = (await replayTo(reporting, { archive: `${BUS}-events`, ...window }, stage.operator.events)).filter(
      ({ source }) => source.startsWith('regulabel.'),
    );
    const byId = (events: readonly Heard[]) => [...events].sort((left, right) => (left.id < right.id ? -1 : 1));
    expect(byId(again)).toEqual(byId(once).map((event) => ({ ...event, 'replay-name': `${BUS}-events-again` })));
  });

  it('brings the manifests of complete datasets, from the default bus', async () => {
    const again = await replayTo(manifests, { archive: `${BUS}-manifests`, ...window }, stage.operator.events);
    const Key = datasetManifestKey('inference', runId, 'DE');
    expect(again).toMatchObject([
      { source: 'aws.s3', detail: { bucket: { name: dataBucket(PLACE) }, object: { key: Key } } },
    ]);
  });

  it('gives nobody else anything to do: no line is skipped, labelled or trained again, no message goes out', async () => {
    await stage.everythingHandled();
    await stage.bus.hearsAll();
    expect(stage.bus.heard.filter((event) => 'replay-name' in event)).toEqual([]);
    expect(stage.heardOf(inferenceSkipped).filter(({ data }) => data.runId === runId)).toHaveLength(2);
    expect(await stage.executionsOf('inference')).toEqual([]);
    expect(await stage.messagesIn(inbox.QueueUrl)).toBe(1);
  });
});

describe('all services', () => {
  it('have handled every message: none waits, is retried or lies in a dead-letter queue', async () => {
    expect(await stage.everythingHandled()).toBeGreaterThan(10);
  });
});

async function publishCatalogue(): Promise<unknown> {
  const { FunctionError, Payload } = await stage.operator.lambda.send(
    new InvokeCommand({ FunctionName: `${BUS}-publish-catalogue`, Payload: JSON.stringify(CATALOGUE) }),
  );
  expect(FunctionError).toBeUndefined();
  return JSON.parse(Payload?.transformToString() ?? '');
}

async function readRun(runId: string) {
  const { Item } = await stage.operator.dynamodb.send(
    new GetItemCommand({ TableName: runsTable(PLACE), Key: marshall(runKey(runId)), ConsistentRead: true }),
  );
  return Item && runContract.parse(unmarshall(Item));
}

const outcomes = ({ lines }: RunSummary): string[] =>
  lines.map(({ country, scheme, outcome }) => `${country}/${scheme} ${outcome}`).sort();
