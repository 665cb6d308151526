import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Run } from '@regulabel/shared/tableItems';
import { context } from '@regulabel/testing/lambda';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { exampleRun } from '../testing/exampleRun.ts';
import { handler } from './checkMonth.ts';

const dynamodb = mockClient(DynamoDBClient);
const sns = mockClient(SNSClient);
const asked = { scheduledTime: '2026-11-04T06:00:00Z' };
const closed: Run[] = [
  { ...exampleRun, status: 'closed' },
  { ...exampleRun, runId: 'inference-1', purpose: 'inference', month: '2026-10', status: 'closed' },
];

const runsAre = (runs: readonly Run[]) =>
  dynamodb
    .on(QueryCommand, { TableName: 'runs', IndexName: 'byPurpose' })
    .callsFake((input: { ExpressionAttributeValues: never }) => ({
      Items: runs
        .filter(({ purpose }) => purpose === unmarshall(input.ExpressionAttributeValues)[':purpose'])
        .map((run) => marshall(run)),
    }));

beforeEach(() => {
  Object.assign(process.env, { RUNS_TABLE: 'runs', STAGE: 'dev', MLOPS_TOPIC_ARN: 'arn:topic' });
  dynamodb.reset();
  sns.reset();
  sns.on(PublishCommand).resolves({});
});

describe('checkMonth', () => {
  it('says nothing when both runs of the month are closed', async () => {
    runsAre(closed);
    expect(await handler(asked, context)).toEqual({ closed: true });
    expect(sns.commandCalls(PublishCommand)).toEqual([]);
  });

  it('tells the MLOps team what is open, and where to read on', async () => {
    runsAre(closed.slice(0, 1));
    expect(await handler(asked, context)).toMatchObject({ closed: false, month: '2026-10' });
    expect(sns.commandCalls(PublishCommand).map(({ args }) => args[0].input)).toEqual([
      {
        TopicArn: 'arn:topic',
        Subject: 'Regulabel dev: month 2026-10 is not closed',
        Message: expect.stringMatching(/- no run of inference was started\n[^]*docs\/operations\.md/) as unknown,
      },
    ]);
  });

  it('fails when the message cannot be sent, so that the schedule tries again', async () => {
    runsAre([]);
    sns.on(PublishCommand).rejects(Object.assign(new Error('denied'), { name: 'AuthorizationErrorException' }));
    await expect(handler(asked, context)).rejects.toThrow('denied');
  });

  it('refuses an input without the scheduled time', async () => {
    await expect(handler({}, context)).rejects.toMatchObject({ name: 'ContractError' });
  });
});
