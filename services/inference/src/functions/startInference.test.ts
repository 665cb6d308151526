import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { marshall } from '@aws-sdk/util-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { inferenceExecutionInput } from '@regulabel/contracts/inference/inferenceExecutionInput.v1';
import { inferenceSkipped } from '@regulabel/contracts/inference/inferenceSkipped.v1';
import { catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import type { DatasetManifest } from '@regulabel/contracts/ingest/datasetManifest.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { allHandled, context, notHandled, queueEvent } from '@regulabel/testing/lambda';
import { mockClient } from 'aws-sdk-client-mock';

Object.assign(process.env, {
  BUS: 'regulabel-dev',
  WINNERS_TABLE: 'regulabel-dev-winners',
  JOB_IMAGE_PARAMETER: '/regulabel/dev/job-image',
  INFERENCE_MACHINE_ARN: 'arn:machine',
  PREDICTIONS_BUCKET: 'predictions',
});
const { handler } = await import('./startInference.ts');

const jobImage = `jobs@sha256:${'0'.repeat(64)}`;
const [s3, ssm, sfn] = [mockClient(S3Client), mockClient(SSMClient), mockClient(SFNClient)];
const [dynamodb, eventBridge] = [mockClient(DynamoDBClient), mockClient(EventBridgeClient)];

const runId = 'inference-20261101T040000Z';
const key = `datasets/inference/${runId}/DE/manifest.json`;
const dataset = `s3://data/unload/inference/${runId}/0-0/country=DE/`;
const manifest: DatasetManifest = {
  schemaVersion: '1.0',
  runId,
  purpose: 'inference',
  month: '2026-10',
  asOf: '2026-11-01',
  country: 'DE',
  catalogue: { version: '0123456789abcdef', uri: 's3://data/catalogue/0123456789abcdef.json' },
  uri: dataset,
  files: [{ uri: `${dataset}0.parquet`, rows: 500, bytes: 4096 }],
  rows: 500,
  bytes: 4096,
  hash: 'a'.repeat(64),
  createdAt: '2026-11-01T04:05:00Z',
};
const winner = {
  decisionId: '0123456789abcdef0123456789abcdef',
  model: 'dev-m-0123456789ab-0-0',
  since: '2026-11-01T03:00:00Z',
  runId: 'training-20261101T020000Z',
  metrics: { rows: 100, accuracy: 0.93, macroF1: 0.912 },
};
const object = (value: unknown) => ({
  Body: { transformToString: () => Promise.resolve(JSON.stringify(value)) } as never,
});

const created = {
  id: 'c0ffee00-0000-4000-8000-000000000000',
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { bucket: { name: 'data' }, object: { key } },
};
const handle = () => handler(queueEvent(created), context);
const started = () => sfn.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input);
const published = () => eventBridge.commandCalls(PutEventsCommand).flatMap(({ args }) => args[0].input.Entries ?? []);

beforeEach(() => {
  for (const client of [s3, ssm, sfn, dynamodb, eventBridge]) client.reset();
  s3.on(GetObjectCommand, { Bucket: 'data', Key: key }).resolves(object(manifest));
  s3.on(GetObjectCommand, { Bucket: 'data', Key: 'catalogue/0123456789abcdef.json' }).resolves(
    object(
      catalogue.parse({ countries: { DE: { schemes: { weee: {}, battery: {} } }, FR: { schemes: { weee: {} } } } }),
    ),
  );
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: jobImage } });
  dynamodb.on(GetItemCommand).resolves({});
  dynamodb
    .on(GetItemCommand, { Key: { pk: { S: 'DE/weee' }, sk: { S: 'winner' } } })
    .resolves({ Item: marshall({ country: 'DE', scheme: 'weee', ...winner }) });
  sfn.on(StartExecutionCommand).resolves({});
  eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
});

describe('startInference', () => {
  it('starts one execution for each line of the country that has a winner', async () => {
    expect(await handle()).toEqual(allHandled);
    expect(started()).toHaveLength(1);
    const [{ name, stateMachineArn, input }] = started() as [{ name: string; stateMachineArn: string; input: string }];
    expect(stateMachineArn).toBe('arn:machine');
    const parsed = parseStrictly(inferenceExecutionInput, JSON.parse(input), 'input');
    expect(name).toBe(`DE-weee-${runId}-${parsed.digest}`);
    expect(parsed).toMatchObject({
      caller: 'production',
      month: '2026-10',
      dataset: { uri: dataset, rows: 500, hash: manifest.hash },
      jobImage,
      models: [{ role: 'winner', name: winner.model }],
      output: {
        work: `s3://predictions/work/production/${runId}/DE/weee/`,
        predictions: `s3://predictions/production/month=2026-10/run=${runId}/country=DE/scheme=weee/`,
        summary: `s3://predictions/summary/production/${runId}/DE/weee/`,
      },
    });
    expect(parsed.comparison).toBeUndefined();
  });

  it('says that a line without a winner is skipped', async () => {
    await handle();
    const [entry] = published();
    expect(entry).toMatchObject({ EventBusName: 'regulabel-dev', Source: 'regulabel.inference' });
    const detail = parseStrictly(inferenceSkipped.detail, JSON.parse(entry!.Detail!), 'detail');
    expect(detail.data).toEqual({ runId, country: 'DE', scheme: 'battery', month: '2026-10', reason: 'no-winner' });
    expect(detail.metadata).toMatchObject({ correlationId: runId, causationId: created.id });
  });

  it('does the same again for the same manifest: execution names and event ids repeat', async () => {
    await handle();
    sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: 'closed', $metadata: {} }));
    expect(await handle()).toEqual(allHandled);
    expect(new Set(started().map(({ name }) => name)).size).toBe(1);
    const ids = published().map(({ Detail }) => inferenceSkipped.detail.parse(JSON.parse(Detail!)).metadata.id);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('gives the lines of a country job names of their own', async () => {
    dynamodb.on(GetItemCommand).resolves({ Item: marshall({ country: 'DE', scheme: 'weee', ...winner }) });
    await handle();
    const digests = started().map(({ input }) => inferenceExecutionInput.parse(JSON.parse(input!)).digest);
    expect(digests).toHaveLength(2);
    expect(new Set(digests).size).toBe(2);
  });

  it('reads the winner as it is now, not as it was', async () => {
    await handle();
    expect(dynamodb.commandCalls(GetItemCommand).every(({ args }) => args[0].input.ConsistentRead === true)).toBe(true);
  });

  it.each([
    ['the manifest is not there', () => s3.on(GetObjectCommand).rejects(new Error('NoSuchKey'))],
    [
      'the manifest is not one',
      () => s3.on(GetObjectCommand, { Key: key }).resolves(object({ ...manifest, rows: -1 })),
    ],
    [
      'the catalogue does not list the country',
      () => s3.on(GetObjectCommand, { Key: key }).resolves(object({ ...manifest, country: 'IT' })),
    ],
    [
      'there is no job image',
      () => ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: '', $metadata: {} })),
    ],
    ['the winners table throttles', () => dynamodb.on(GetItemCommand).rejects(new Error('ThrottlingException'))],
    ['Step Functions refuses', () => sfn.on(StartExecutionCommand).rejects(new Error('StateMachineDoesNotExist'))],
    [
      'EventBridge does not take the event',
      () =>
        eventBridge
          .on(PutEventsCommand)
          .resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] }),
    ],
  ])('leaves the message in the queue when %s', async (_case, arrange) => {
    arrange();
    expect(await handle()).toEqual(notHandled);
  });
});
