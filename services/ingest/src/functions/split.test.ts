import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { marshall } from '@aws-sdk/util-dynamodb';
import { datasetManifest, type DatasetManifest } from '@regulabel/contracts/ingest/datasetManifest.v1';
import { extractionCompleted } from '@regulabel/contracts/ingest/extractionCompleted.v1';
import { parseJson, parseStrictly } from '@regulabel/contracts/parse';
import { context } from '@regulabel/testing/lambda';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { exampleRun } from '../testing/exampleRun.ts';
import { objectBody } from '../testing/objectBody.ts';
import { handler } from './split.ts';

const dynamodb = mockClient(DynamoDBClient);
const eventBridge = mockClient(EventBridgeClient);
const s3 = mockClient(S3Client);

const { executionArn, runId } = exampleRun;
const prefix = `unload/training/${runId}/0-0/`;
const input = { runId, executionArn, month: '2026-11', asOf: '2026-11-01', prefix, resultRows: 15 };

const file = (country: string, rows: number) => ({
  url: `s3://data/${prefix}country=${country}/0000_part_00.parquet`,
  meta: { content_length: rows * 10, record_count: rows },
});
const entries = [file('DE', 12), file('XX', 3)];
const listing = [
  ...entries.map(({ url, meta }) => ({ Key: url.slice('s3://data/'.length), Size: meta.content_length })),
  { Key: `${prefix}manifest`, Size: 300 },
];

beforeEach(() => {
  Object.assign(process.env, { RUNS_TABLE: 'runs', BUS: 'bus', DATA_BUCKET: 'data' });
  for (const client of [dynamodb, eventBridge, s3]) client.reset();
  dynamodb.on(GetItemCommand).resolves({ Item: marshall(exampleRun) });
  eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
  s3.on(ListObjectsV2Command).resolves({ Contents: listing });
  s3.on(GetObjectCommand, { Key: `${prefix}manifest` }).resolves({
    Body: objectBody({ entries, schema: { elements: [] }, meta: { content_length: 150, record_count: 15 } }),
  });
  s3.on(PutObjectCommand).resolves({});
});

const announced = () => {
  const { Detail = '' } = eventBridge.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries?.[0] ?? {};
  return parseStrictly(extractionCompleted.detail, JSON.parse(Detail), 'ExtractionCompleted').data;
};
const written = (): DatasetManifest[] =>
  s3.commandCalls(PutObjectCommand).map(({ args }) => parseJson(datasetManifest, args[0].input.Body as string, 'it'));
const taken = Object.assign(new Error('there'), { name: 'PreconditionFailed' });

describe('split', () => {
  it('writes one manifest for each country of the run and announces all that was extracted', async () => {
    await handler(input, context);
    expect(written()).toMatchObject([{ country: 'DE', rows: 12, uri: `s3://data/${prefix}country=DE/` }]);
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toMatchObject({
      Key: `datasets/training/${runId}/DE/manifest.json`,
      IfNoneMatch: '*',
    });
    expect(announced()).toMatchObject({
      rows: 15,
      countries: [{ country: 'DE', rows: 12, files: 1, hash: written()[0]?.hash }],
      unlisted: [{ partition: 'XX', rows: 3 }],
    });
  });

  it('reads a listing of many pages', async () => {
    s3.on(ListObjectsV2Command)
      .resolvesOnce({ Contents: listing.slice(0, 1), IsTruncated: true, NextContinuationToken: 'next' })
      .resolves({ Contents: listing.slice(1) });
    await handler(input, context);
    expect(announced().countries).toHaveLength(1);
  });

  it('takes nothing at all for zero rows, also where Redshift does not count', async () => {
    s3.on(ListObjectsV2Command).resolves({});
    await handler({ ...input, resultRows: -1 }, context);
    expect(announced()).toMatchObject({ rows: 0, countries: [], unlisted: [] });
    expect(written()).toEqual([]);
  });

  it.each([
    ['Redshift counted rows', 15, []],
    ['files are there', 0, listing.slice(0, 1)],
  ])('names a missing manifest when %s', async (_why, resultRows, Contents) => {
    s3.on(ListObjectsV2Command).resolves({ Contents });
    await expect(handler({ ...input, resultRows }, context)).rejects.toMatchObject({ name: 'UnloadManifestMissing' });
  });

  it('writes no manifest before every file of every country is verified', async () => {
    s3.on(ListObjectsV2Command).resolves({ Contents: listing.filter(({ Key }) => !Key.includes('country=XX')) });
    await expect(handler(input, context)).rejects.toMatchObject({
      name: 'UnloadIncomplete',
      message: expect.stringContaining('country=XX/0000_part_00.parquet'),
    });
    expect(written()).toEqual([]);
  });

  it('takes its own earlier manifest as written', async () => {
    await handler(input, context);
    const [own] = written();
    s3.on(PutObjectCommand).rejects(taken);
    s3.on(GetObjectCommand, { Key: `datasets/training/${runId}/DE/manifest.json` }).resolves({
      Body: objectBody({ ...own, createdAt: '2026-11-01T00:00:00.000Z' }),
    });
    eventBridge.resetHistory();
    await handler(input, context);
    expect(announced().countries).toHaveLength(1);
  });

  it('refuses to replace the manifest of another delivery', async () => {
    await handler(input, context);
    const [own] = written();
    s3.on(PutObjectCommand).rejects(taken);
    s3.on(GetObjectCommand, { Key: `datasets/training/${runId}/DE/manifest.json` }).resolves({
      Body: objectBody({ ...own, hash: '0'.repeat(64) }),
    });
    await expect(handler(input, context)).rejects.toMatchObject({ name: 'DatasetManifestConflict' });
  });
});
