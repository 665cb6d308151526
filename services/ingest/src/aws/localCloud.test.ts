import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { datasetManifest, type DatasetManifest } from '@regulabel/contracts/ingest/datasetManifest.v1';
import type { LineResult, Outcome, RunSummary } from '@regulabel/contracts/ingest/runSummary.v1';
import type { Run } from '@regulabel/shared/tableItems';
import { trainingRunCompleted } from '@regulabel/contracts/ingest/trainingRunCompleted.v1';
import { readJson } from '@regulabel/shared/aws/objects';
import { datasetManifestKey, s3Uri } from '@regulabel/shared/keys';
import { parseStrictly } from '@regulabel/contracts/parse';
import { listenTo, type BusListener } from '@regulabel/testing/busListener';
import { createBucket, createTable, startLocalCloud, type LocalCloud } from '@regulabel/testing/localCloud';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { standing } from '../core/standing.ts';
import { exampleRun } from '../testing/exampleRun.ts';
import type { CatalogueInForce } from '@regulabel/shared/tableItems';
import { CataloguePointer } from './cataloguePointer.ts';
import { putManifest } from './datasetManifests.ts';
import { RunsTable } from './runsTable.ts';
import { settleRun } from './settleRun.ts';
import { readPartitions } from './unload.ts';

const BUCKET = 'regulabel-dev-data-111122223333-eu-west-1';
const BUS = 'regulabel-dev';

let cloud: LocalCloud;
let dynamodb: DynamoDBClient;
let events: EventBridgeClient;
let s3: S3Client;
let table: string;
let runs: RunsTable;

beforeAll(async () => {
  cloud = await startLocalCloud();
  dynamodb = new DynamoDBClient(cloud.clientConfig);
  events = new EventBridgeClient(cloud.clientConfig);
  s3 = new S3Client(cloud.clientConfig);
  table = await createTable(dynamodb, new URL('../../resources/storage.yml', import.meta.url));
  runs = new RunsTable(dynamodb, table);
  await createBucket(cloud, BUCKET);
  await events.send(new CreateEventBusCommand({ Name: BUS }));
});
afterAll(async () => {
  for (const client of [dynamodb, events, s3]) client.destroy();
  await cloud.stop();
});

/** A run of the test's own. */
const runOf = (token: string, changes: Partial<Run> = {}): Run => ({
  ...exampleRun,
  runId: `training-${token}`,
  ...changes,
});
const promoted = ({ lines }: Run): LineResult[] => lines.map((line) => ({ ...line, outcome: 'promoted' }));
const completionOf = (run: Run, revision: number, lines = promoted(run)): RunSummary => ({
  runId: run.runId,
  catalogueVersion: run.catalogue.version,
  startedAt: run.startedAt,
  closedAt: '2026-11-01T04:00:00.000Z',
  revision,
  lines,
});

describe('RunsTable', () => {
  it('gives a run to one of many executions that claim it at the same time', async () => {
    const claims = ['a', 'b', 'c', 'd'].map((executionArn) =>
      runOf('claimed', { executionArn: `arn:${executionArn}` }),
    );
    const won = await Promise.all(claims.map((claim) => runs.claim(claim)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await runs.get('training-claimed')).toEqual(claims[won.indexOf(true)]);
  });

  it('does not know a run that nobody claimed', async () => {
    expect(await runs.find('training-nobody')).toBeUndefined();
    await expect(runs.get('training-nobody')).rejects.toMatchObject({ name: 'RunUnknown' });
  });

  it('keeps the result of the highest standing, in whatever order they are recorded', async () => {
    const [line] = exampleRun.lines;
    const ends: readonly [Outcome, string][] = [
      ['failed', standing('failed', '2026-11-01T09:00:00Z', 'd')],
      ['held', standing('held', '2026-11-01T08:00:00Z', 'c')],
      ['rejected', standing('rejected', '2026-11-01T03:00:00Z', 'b')],
      ['promoted', standing('promoted', '2026-11-01T04:00:00Z', 'a')],
    ];
    const inTurn = permutations(ends).map(async (order, index) => {
      const { runId } = runOf(`ends-${index}`);
      for (const [outcome, of] of order) await runs.record(runId, { ...line!, outcome }, of);
      return runs.results(runId);
    });
    const { runId } = runOf('ends-at-once');
    await Promise.all(ends.map(([outcome, of]) => runs.record(runId, { ...line!, outcome }, of)));
    for (const results of [...(await Promise.all(inTurn)), await runs.results(runId)])
      expect(results).toEqual([{ ...line, outcome: 'promoted' }]);
  });

  it('closes a run with one of many first revisions at the same time, and keeps what that one said', async () => {
    const run = runOf('completed');
    await runs.claim(run);
    const said = ['promoted', 'rejected', 'failed'].map((outcome) =>
      completionOf(
        run,
        1,
        run.lines.map((line) => ({ ...line, outcome: outcome as Outcome })),
      ),
    );
    const won = await Promise.all(said.map((completion) => runs.complete(completion)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await runs.completion(run.runId, 1)).toEqual(said[won.indexOf(true)]);
    expect(await runs.get(run.runId)).toMatchObject({ status: 'closed', revision: 1, announced: 0 });
  });

  it('takes revisions in their order only', async () => {
    const run = runOf('revised');
    await runs.claim(run);
    expect(await runs.complete(completionOf(run, 2))).toBe(false);
    expect(await runs.complete(completionOf(run, 1))).toBe(true);
    expect(await runs.complete(completionOf(run, 2))).toBe(true);
    expect(await runs.complete(completionOf(run, 2))).toBe(false);
    expect(await runs.get(run.runId)).toMatchObject({ revision: 2 });
  });

  it('never takes an announcement back', async () => {
    const run = runOf('announced');
    await runs.claim(run);
    await runs.announced(run.runId, 2);
    await runs.announced(run.runId, 1);
    expect(await runs.get(run.runId)).toMatchObject({ announced: 2 });
  });

  it("lists a purpose's runs, and of them neither lines nor completions", async () => {
    const run: Run = { ...exampleRun, runId: 'inference-listed', purpose: 'inference', month: '2026-10' };
    await runs.claim(run);
    await runs.record(run.runId, { ...run.lines[0]!, outcome: 'labelled' }, '3');
    await runs.complete(completionOf(run, 1));
    expect(await runs.ofPurpose('inference')).toMatchObject([{ runId: run.runId, month: '2026-10', status: 'closed' }]);
  });
});

describe('settleRun', () => {
  let bus: BusListener;
  beforeAll(async () => {
    bus = await listenTo(BUS, cloud.clientConfig);
  });
  afterAll(() => {
    bus.close();
  });

  /** What was announced of a run until now. */
  const announcedOf = async (runId: string) => {
    await bus.hearsAll();
    return bus.heard
      .filter((event) => event['detail-type'] === trainingRunCompleted.detailType)
      .map(({ detail }) => parseStrictly(trainingRunCompleted.detail, detail, 'the event'))
      .filter(({ data }) => data.runId === runId);
  };

  /** Two that settle have both read the results before either of them closes the run. */
  class Together extends RunsTable {
    readonly #met: () => Promise<void>;
    constructor(met: () => Promise<void>) {
      super(dynamodb, table);
      this.#met = met;
    }
    override async results(runId: string): Promise<LineResult[]> {
      const found = await super.results(runId);
      await this.#met();
      return found;
    }
  }
  const meeting = (parties: number) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    let arrived = 0;
    return async () => {
      arrived += 1;
      if (arrived === parties) resolve(undefined);
      await promise;
    };
  };

  const settle = (of: RunsTable, runId: string) =>
    settleRun({ runs: of, events, bus: BUS, now: () => new Date('2026-11-01T04:00:00Z') }, runId);

  it('closes and announces a run once when two settle it at the same time', async () => {
    const run = runOf('settled');
    await runs.claim(run);
    await Promise.all(promoted(run).map((result) => runs.record(run.runId, result, '3')));
    const met = meeting(2);
    await Promise.all([settle(new Together(met), run.runId), settle(new Together(met), run.runId)]);
    expect(await announcedOf(run.runId)).toMatchObject([{ data: { revision: 1, lines: promoted(run) } }]);
    expect(await runs.get(run.runId)).toMatchObject({ status: 'closed', revision: 1, announced: 1 });
  });

  it('announces another revision when a line ends otherwise afterwards, and nothing when it does not', async () => {
    const run = runOf('resettled');
    await runs.claim(run);
    for (const line of run.lines) await runs.record(run.runId, { ...line, outcome: 'failed' }, '1');
    await settle(runs, run.runId);
    await settle(runs, run.runId);
    for (const result of promoted(run)) await runs.record(run.runId, result, '3');
    await settle(runs, run.runId);
    const announced = await announcedOf(run.runId);
    expect(announced.map(({ data }) => [data.revision, data.lines[0]?.outcome])).toEqual([
      [1, 'failed'],
      [2, 'promoted'],
    ]);
    expect(new Set(announced.map(({ metadata }) => metadata.id)).size).toBe(2);
  });
});

describe('CataloguePointer', () => {
  const inForce = (version: string, previousVersion?: string): CatalogueInForce => ({
    version,
    uri: s3Uri(BUCKET, `catalogue/${version}.json`),
    ...(previousVersion === undefined ? {} : { previousVersion }),
    publishedAt: '2026-11-01T00:00:00.000Z',
    announced: false,
  });
  const [a, b, c] = ['a'.repeat(16), 'b'.repeat(16), 'c'.repeat(16)] as const;

  it('moves from the catalogue that was looked at only, and tells whose time has passed', async () => {
    const pointer = new CataloguePointer(dynamodb, table);
    await expect(pointer.inForce()).rejects.toMatchObject({ name: 'CatalogueMissing' });
    const contended = { status: 'rejected', reason: expect.objectContaining({ name: 'CatalogueContended' }) };
    const firsts = await Promise.allSettled([pointer.move(inForce(a)), pointer.move(inForce(b))]);
    expect(firsts).toEqual(expect.arrayContaining([contended, { status: 'fulfilled', value: undefined }]));
    const { version: first } = await pointer.inForce();
    await pointer.move(inForce(c, first));
    await expect(pointer.move(inForce(first === a ? b : a, first))).rejects.toMatchObject({
      name: 'CatalogueContended',
    });
    await expect(pointer.announced(inForce(first))).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    await pointer.announced(inForce(c));
    expect(await pointer.find()).toEqual({ ...inForce(c, first), announced: true });
  });
});

/** An UNLOAD's file below a prefix, put as Redshift puts it. */
const put = (key: string, body: string) =>
  s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body, ContentType: 'binary/octet-stream' }));

describe('putManifest', () => {
  const manifest = (runId: string, hash: string): DatasetManifest => {
    const uri = s3Uri(BUCKET, `unload/training/${runId}/0-0/country=DE/`);
    return {
      schemaVersion: '1.0',
      runId,
      purpose: 'training',
      month: '2026-11',
      asOf: '2026-11-01',
      country: 'DE',
      catalogue: exampleRun.catalogue,
      uri,
      files: [{ uri: `${uri}0000.parquet`, rows: 3, bytes: 30 }],
      rows: 3,
      bytes: 30,
      hash,
      createdAt: '2026-11-01T02:10:00.000Z',
    };
  };
  const stored = (runId: string) =>
    readJson(s3, s3Uri(BUCKET, datasetManifestKey('training', runId, 'DE')), datasetManifest);

  it('writes a delivery once: again is success, and the first stays', async () => {
    const first = manifest('training-once', 'a'.repeat(64));
    await putManifest(s3, BUCKET, first);
    await putManifest(s3, BUCKET, { ...first, createdAt: '2026-11-01T02:20:00.000Z' });
    expect(await stored('training-once')).toEqual(first);
  });

  it('refuses another delivery of the same run and country', async () => {
    const first = manifest('training-other', 'a'.repeat(64));
    await putManifest(s3, BUCKET, first);
    await expect(putManifest(s3, BUCKET, { ...first, hash: 'b'.repeat(64) })).rejects.toMatchObject({
      name: 'DatasetManifestConflict',
    });
    expect(await stored('training-other')).toEqual(first);
  });
});

describe('readPartitions', () => {
  const FILES = {
    'country=DE/0000.parquet': 'four',
    'country=DE/0001.parquet': 'five5',
    'country=FR/0000.parquet': 'x',
  };
  const unload = async (name: string, { manifest = true, rows = 2 } = {}) => {
    const prefix = `unload/training/${name}/0-0/`;
    for (const [key, body] of Object.entries(FILES)) await put(prefix + key, body);
    const entries = Object.entries(FILES).map(([key, body]) => ({
      url: s3Uri(BUCKET, prefix + key),
      meta: { content_length: body.length, record_count: rows },
    }));
    const meta = { content_length: 10, record_count: rows * entries.length };
    if (manifest) await put(`${prefix}manifest`, JSON.stringify({ entries, meta }));
    return prefix;
  };
  const read = (prefix: string, resultRows?: number) => readPartitions(s3, { bucket: BUCKET, prefix, resultRows });

  it('gives the partitions of what lies in S3 as the manifest has it', async () => {
    const prefix = await unload('whole');
    expect(await read(prefix, 6)).toMatchObject([
      { value: 'DE', rows: 4, bytes: 9, files: [{ uri: s3Uri(BUCKET, `${prefix}country=DE/0000.parquet`) }, {}] },
      { value: 'FR', rows: 2, bytes: 1 },
    ]);
  });

  it('takes nothing at all for no rows, unless Redshift counts some', async () => {
    expect(await read('unload/training/nothing/0-0/')).toEqual([]);
    expect(await read('unload/training/nothing/0-0/', -1)).toEqual([]);
    await expect(read('unload/training/nothing/0-0/', 1)).rejects.toMatchObject({ name: 'UnloadManifestMissing' });
  });

  it('misses a manifest that is not there yet', async () => {
    await expect(read(await unload('unfinished', { manifest: false }))).rejects.toMatchObject({
      name: 'UnloadManifestMissing',
    });
  });

  it.each([
    ['a file of another size', 'country=DE/0000.parquet', 'longer than it was'],
    ['a file that the manifest does not name', 'country=DE/0002.parquet', 'six'],
  ])('refuses %s', async (what, key, body) => {
    const prefix = await unload(what.replaceAll(' ', '-'));
    await put(prefix + key, body);
    await expect(read(prefix)).rejects.toMatchObject({
      name: 'UnloadIncomplete',
      message: expect.stringContaining(key),
    });
  });

  it("reads neither another attempt's files nor another run's", async () => {
    const prefix = await unload('neighbours');
    await put(prefix.replace('0-0/', '0-01/manifest'), '{}');
    await put(prefix.replace('0-0/', '1-0/country=DE/0000.parquet'), 'other');
    expect(await read(prefix)).toHaveLength(2);
  });
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}
