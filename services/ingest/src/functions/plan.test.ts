import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { runStarted } from '@regulabel/contracts/ingest/runStarted.v1';
import { run } from '@regulabel/shared/tableItems';
import { parseStrictly } from '@regulabel/contracts/parse';
import { context } from '@regulabel/testing/lambda';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { exampleRun } from '../testing/exampleRun.ts';
import { objectBody } from '../testing/objectBody.ts';
import { handler } from './plan.ts';

const dynamodb = mockClient(DynamoDBClient);
const eventBridge = mockClient(EventBridgeClient);
const s3 = mockClient(S3Client);

const { executionArn, runId } = exampleRun;
const input = { purpose: 'training', scheduledTime: '2026-11-01T02:00:00Z', executionArn };
const pointer = { ...exampleRun.catalogue, publishedAt: '2026-10-01T00:00:00.000Z', announced: true };

const rowIs = (row: object | undefined) =>
  dynamodb
    .on(GetItemCommand, { Key: marshall({ pk: `run#${runId}`, sk: 'run' }) })
    .resolves(row ? { Item: marshall(row) } : {});

beforeEach(() => {
  Object.assign(process.env, {
    RUNS_TABLE: 'runs',
    BUS: 'bus',
    DATA_BUCKET: 'data',
    UNLOAD_ROLE_ARN: 'arn:aws:iam::111122223333:role/unload',
    RAW_KEY_ARN: 'arn:aws:kms:eu-west-1:111122223333:key/raw',
    WAREHOUSE: '{"WorkgroupName":"regulabel","Database":"dev"}',
    RUN_DEADLINE_HOURS: '24',
  });
  for (const client of [dynamodb, eventBridge, s3]) client.reset();
  rowIs(undefined);
  dynamodb
    .on(GetItemCommand, { Key: marshall({ pk: 'catalogue', sk: 'current' }) })
    .resolves({ Item: marshall(pointer) });
  dynamodb.on(PutItemCommand).resolves({});
  eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
  s3.on(GetObjectCommand).resolves({ Body: objectBody({ countries: { DE: { schemes: { weee: {} } } } }) });
});

const announced = () => {
  const { Detail = '' } = eventBridge.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries?.[0] ?? {};
  return parseStrictly(runStarted.detail, JSON.parse(Detail), 'RunStarted');
};

describe('plan', () => {
  it('claims the run with the catalogue in force, announces it, and answers how to unload it', async () => {
    expect(await handler(input, context)).toEqual({
      duplicate: false,
      runId,
      month: '2026-11',
      asOf: '2026-11-01',
      warehouse: { WorkgroupName: 'regulabel', Database: 'dev' },
      unload: {
        sql: expect.stringContaining("TO 's3://data/unload/training/training-20261101T020000Z/{attempt}/'"),
        prefix: 'unload/training/training-20261101T020000Z/{attempt}/',
        attemptMark: '{attempt}',
      },
    });
    const claimed = unmarshall(dynamodb.commandCalls(PutItemCommand)[0]?.args[0].input.Item ?? {});
    expect(run.parse(claimed)).toMatchObject({ runId, executionArn, lines: [{ country: 'DE', scheme: 'weee' }] });
    expect(announced().data).toMatchObject({
      runId,
      catalogue: exampleRun.catalogue,
      lines: [{ country: 'DE', scheme: 'weee' }],
    });
    expect(announced().metadata).toMatchObject({ correlationId: runId, causationId: executionArn });
  });

  it('goes on with the run that this execution has claimed before, with the catalogue pinned then', async () => {
    rowIs(exampleRun);
    expect(await handler(input, context)).toMatchObject({ duplicate: false, runId });
    expect(announced().data.lines).toEqual(exampleRun.lines);
    expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(0);
  });

  it('is a duplicate when the run belongs to another execution, and announces nothing', async () => {
    rowIs({ ...exampleRun, executionArn: `${executionArn}-first` });
    expect(await handler(input, context)).toMatchObject({ duplicate: true, executionArn: `${executionArn}-first` });
    expect(eventBridge.commandCalls(PutEventsCommand)).toHaveLength(0);
  });

  it('is a duplicate when another execution claims the run at the same time', async () => {
    dynamodb
      .on(GetItemCommand, { Key: marshall({ pk: `run#${runId}`, sk: 'run' }) })
      .resolvesOnce({})
      .resolves({ Item: marshall({ ...exampleRun, executionArn: `${executionArn}-first` }) });
    dynamodb.on(PutItemCommand).rejects(new ConditionalCheckFailedException({ message: 'no', $metadata: {} }));
    expect(await handler(input, context)).toMatchObject({ duplicate: true });
  });

  it('says how to publish a catalogue when none is in force', async () => {
    dynamodb.on(GetItemCommand, { Key: marshall({ pk: 'catalogue', sk: 'current' }) }).resolves({});
    await expect(handler(input, context)).rejects.toMatchObject({
      name: 'CatalogueMissing',
      message: expect.stringContaining('regulabel-<stage>-publish-catalogue'),
    });
  });

  it('refuses an input that is not one', async () => {
    await expect(handler({ ...input, purpose: 'guessing' }, context)).rejects.toMatchObject({ name: 'ContractError' });
  });
});
