import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBucket, createTable, startLocalCloud, type LocalCloud } from '@regulabel/testing/localCloud';
import * as z from 'zod';
import { modelPromotedExamples } from '@regulabel/contracts/evaluation/modelPromoted.v1.examples';
import type { Winner } from '@regulabel/shared/tableItems';
import { decisionKey, winnerKey } from '../tables.ts';
import { readJobImage } from './jobImage.ts';
import { objectExists, readJson, writeJsonOnce } from './objects.ts';
import { readWinner } from './winners.ts';

let cloud: LocalCloud;
let s3: S3Client;
let ssm: SSMClient;
let dynamodb: DynamoDBClient;

beforeAll(async () => {
  cloud = await startLocalCloud();
  s3 = new S3Client(cloud.clientConfig);
  ssm = new SSMClient(cloud.clientConfig);
  dynamodb = new DynamoDBClient(cloud.clientConfig);
  await createBucket(cloud, 'documents');
});
afterAll(async () => {
  for (const client of [s3, ssm, dynamodb]) client.destroy();
  await cloud.stop();
});

describe('JSON objects in S3', () => {
  const schema = z.object({ writer: z.int() });
  const write = (uri: string, writer: number) => writeJsonOnce(s3, uri, schema, { writer });

  it('are written once, and stay what the first writer wrote', async () => {
    const uri = 's3://documents/once.json';
    expect(await write(uri, 1)).toBe(true);
    expect(await write(uri, 2)).toBe(false);
    expect(await readJson(s3, uri, schema)).toEqual({ writer: 1 });
  });

  it('are what exactly one of many writers at the same time wrote', async () => {
    const uri = 's3://documents/contended.json';
    const outcomes = await Promise.allSettled([0, 1, 2, 3].map((writer) => write(uri, writer)));
    const won = outcomes.flatMap((outcome, writer) =>
      outcome.status === 'fulfilled' && outcome.value ? [{ writer }] : [],
    );
    expect(won).toHaveLength(1);
    // S3 answers who comes too late with 412, and who comes at the same time with 412 or 409: only the latter throws.
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ name: 'ConditionalRequestConflict' });
    expect(await readJson(s3, uri, schema)).toEqual(won[0]);
  });

  it('exist under their whole key only', async () => {
    await write('s3://documents/reports/1.json.bak', 1);
    expect(await objectExists(s3, 's3://documents/reports/1.json')).toBe(false);
    await write('s3://documents/reports/1.json', 1);
    expect(await objectExists(s3, 's3://documents/reports/1.json')).toBe(true);
  });

  it('that are missing are an error of their own', async () => {
    await expect(readJson(s3, 's3://documents/nothing.json', schema)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('readJobImage', () => {
  const parameter = '/regulabel/dev/job-image';

  it('names the parameter until somebody has put it', async () => {
    await expect(readJobImage(ssm, parameter)).rejects.toMatchObject({
      name: 'JobImageMissing',
      message: expect.stringContaining(parameter),
    });
    const Value = `jobs@sha256:${'0'.repeat(64)}`;
    await ssm.send(new PutParameterCommand({ Name: parameter, Value, Type: 'String' }));
    expect(await readJobImage(ssm, parameter)).toBe(Value);
  });
});

describe('readWinner', () => {
  const { decisionId, runId, candidate } = modelPromotedExamples.typical;
  const line = { country: 'DE', scheme: 'weee' };

  it("gives a line's pointer, and nothing for a line that has but decisions", async () => {
    const storage = new URL('../../../../services/evaluation/resources/storage.yml', import.meta.url);
    const TableName = await createTable(dynamodb, storage);
    const put = (item: object) => dynamodb.send(new PutItemCommand({ TableName, Item: marshall(item) }));
    await put({ ...decisionKey(line, decisionId), decisionId });
    expect(await readWinner(dynamodb, TableName, line)).toBeUndefined();
    const winner: Winner = {
      ...line,
      decisionId,
      model: candidate.model,
      since: '2026-11-01T04:00:00.000Z',
      runId,
      metrics: { rows: 100, accuracy: 0.93, macroF1: 0.912 },
    };
    await put({ ...winnerKey(line), ...winner });
    expect(await readWinner(dynamodb, TableName, line)).toEqual(winner);
    expect(await readWinner(dynamodb, TableName, { ...line, scheme: 'battery' })).toBeUndefined();
  });
});
