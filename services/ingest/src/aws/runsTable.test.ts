import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { trainingRunCompleted } from '@regulabel/contracts/ingest/trainingRunCompleted.v1';
import { exampleData } from '@regulabel/contracts/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { exampleRun } from '../testing/exampleRun.ts';
import { RunsTable } from './runsTable.ts';

const dynamodb = mockClient(DynamoDBClient);
const runs = new RunsTable(new DynamoDBClient({}), 'runs');
const { runId } = exampleRun;
const conditionFailed = new ConditionalCheckFailedException({ message: 'no', $metadata: {} });
const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });

beforeEach(() => {
  dynamodb.reset();
});

describe('RunsTable', () => {
  it('reads a run consistently, without its keys', async () => {
    dynamodb.on(GetItemCommand).resolves({ Item: marshall({ pk: `run#${runId}`, sk: 'run', ...exampleRun }) });
    expect(await runs.get(runId)).toEqual(exampleRun);
    expect(dynamodb.commandCalls(GetItemCommand)[0]?.args[0].input).toEqual({
      TableName: 'runs',
      Key: marshall({ pk: `run#${runId}`, sk: 'run' }),
      ConsistentRead: true,
    });
  });

  it('names a run that is not there', async () => {
    dynamodb.on(GetItemCommand).resolves({});
    await expect(runs.get(runId)).rejects.toMatchObject({
      name: 'RunUnknown',
      message: expect.stringContaining(runId),
    });
    expect(await runs.find(runId)).toBeUndefined();
  });

  it('claims a run once', async () => {
    dynamodb.on(PutItemCommand).resolvesOnce({}).rejectsOnce(conditionFailed).rejects(throttled);
    expect(await runs.claim(exampleRun)).toBe(true);
    expect(await runs.claim(exampleRun)).toBe(false);
    await expect(runs.claim(exampleRun)).rejects.toBe(throttled);
    expect(dynamodb.commandCalls(PutItemCommand)[0]?.args[0].input).toMatchObject({
      ConditionExpression: 'attribute_not_exists(pk)',
      Item: { pk: { S: `run#${runId}` }, sk: { S: 'run' }, purpose: { S: 'training' } },
    });
  });

  it('reads all pages of the results, consistently', async () => {
    const line = { country: 'DE', scheme: 'weee', outcome: 'empty' };
    const item = marshall({ pk: `run#${runId}`, sk: 'line#DE/weee', ...line, standing: '3' });
    const LastEvaluatedKey = marshall({ pk: 'a', sk: 'b' });
    dynamodb
      .on(QueryCommand)
      .resolvesOnce({ Items: [item], LastEvaluatedKey })
      .resolves({ Items: [item] });
    expect(await runs.results(runId)).toEqual([line, line]);
    const [, second] = dynamodb.commandCalls(QueryCommand);
    expect(second?.args[0].input).toMatchObject({ ConsistentRead: true, ExclusiveStartKey: LastEvaluatedKey });
  });

  it('records a result only over one of a lower standing', async () => {
    dynamodb.on(PutItemCommand).resolvesOnce({}).rejects(conditionFailed);
    const result = { country: 'DE', scheme: 'weee', outcome: 'promoted' as const };
    await runs.record(runId, result, '3#later');
    await runs.record(runId, result, '3#later');
    expect(dynamodb.commandCalls(PutItemCommand)[0]?.args[0].input).toEqual({
      TableName: 'runs',
      Item: marshall({ pk: `run#${runId}`, sk: 'line#DE/weee', ...result, standing: '3#later' }),
      ConditionExpression: 'attribute_not_exists(pk) OR standing < :standing',
      ExpressionAttributeValues: marshall({ ':standing': '3#later' }),
    });
  });

  it('completes a run and records what the revision says in one transaction', async () => {
    dynamodb.on(TransactWriteItemsCommand).resolves({});
    expect(await runs.complete({ ...exampleData(trainingRunCompleted), revision: 2 })).toBe(true);
    const [update, put] = dynamodb.commandCalls(TransactWriteItemsCommand)[0]?.args[0].input.TransactItems ?? [];
    expect(update?.Update).toMatchObject({
      ConditionExpression: 'revision = :before',
      ExpressionAttributeValues: { ':before': { N: '1' }, ':revision': { N: '2' }, ':closed': { S: 'closed' } },
    });
    expect(put?.Put?.Item).toMatchObject({ sk: { S: 'completion#2' }, revision: { N: '2' } });
  });

  it.each(['ConditionalCheckFailed', 'TransactionConflict'])('says when another came first (%s)', async (Code) => {
    const cancelled = new TransactionCanceledException({
      message: 'cancelled',
      $metadata: {},
      CancellationReasons: [{ Code }, { Code: 'None' }],
    });
    dynamodb.on(TransactWriteItemsCommand).rejects(cancelled);
    expect(await runs.complete(exampleData(trainingRunCompleted))).toBe(false);
  });

  it('passes on a transaction that failed for another reason', async () => {
    const cancelled = new TransactionCanceledException({
      message: 'cancelled',
      $metadata: {},
      CancellationReasons: [{ Code: 'ThrottlingError' }],
    });
    dynamodb.on(TransactWriteItemsCommand).rejects(cancelled);
    await expect(runs.complete(exampleData(trainingRunCompleted))).rejects.toBe(cancelled);
  });

  it('never takes an announcement back', async () => {
    dynamodb.on(UpdateItemCommand).rejectsOnce(conditionFailed).rejects(throttled);
    await runs.announced(runId, 1);
    await expect(runs.announced(runId, 2)).rejects.toBe(throttled);
    expect(dynamodb.commandCalls(UpdateItemCommand)[0]?.args[0].input.ConditionExpression).toBe(
      'announced < :revision',
    );
  });

  it('finds the runs of a purpose by the index', async () => {
    dynamodb.on(QueryCommand).resolves({ Items: [marshall({ pk: 'x', sk: 'run', ...exampleRun })] });
    expect(await runs.ofPurpose('training')).toEqual([exampleRun]);
    expect(dynamodb.commandCalls(QueryCommand)[0]?.args[0].input).toMatchObject({ IndexName: 'byPurpose' });
  });
});
