import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Run } from '@regulabel/shared/tableItems';
import { context } from '@regulabel/testing/lambda';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { exampleRun } from '../testing/exampleRun.ts';
import { handler } from './sweepRuns.ts';

const dynamodb = mockClient(DynamoDBClient);
const eventBridge = mockClient(EventBridgeClient);

const line = { country: 'DE', scheme: 'battery', outcome: 'promoted' };

const runsAre = (...runs: Run[]) => {
  dynamodb.on(QueryCommand, { IndexName: 'byPurpose' }).callsFake((input: { ExpressionAttributeValues: never }) => ({
    Items: runs
      .filter(({ purpose }) => purpose === unmarshall(input.ExpressionAttributeValues)[':purpose'])
      .map((run) => marshall(run)),
  }));
  for (const run of runs) {
    dynamodb
      .on(GetItemCommand, { Key: marshall({ pk: `run#${run.runId}`, sk: 'run' }) })
      .resolves({ Item: marshall(run) });
  }
};

beforeEach(() => {
  Object.assign(process.env, { RUNS_TABLE: 'runs', BUS: 'bus' });
  dynamodb.reset();
  eventBridge.reset();
  dynamodb.on(QueryCommand).resolves({ Items: [marshall(line)] });
  dynamodb.on(PutItemCommand).resolves({});
  eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
});

describe('sweepRuns', () => {
  it('fails the lines without an answer of a run past its deadline, at the lowest standing', async () => {
    runsAre(
      { ...exampleRun, deadline: '2020-01-01T00:00:00.000Z' },
      { ...exampleRun, runId: 'training-later', deadline: '2999-01-01T00:00:00.000Z' },
    );
    expect(await handler({}, context)).toEqual({ overdue: [exampleRun.runId], unsaid: [] });
    expect(dynamodb.commandCalls(PutItemCommand).map(({ args }) => unmarshall(args[0].input.Item ?? {}))).toMatchObject(
      [
        { sk: 'line#DE/weee', outcome: 'failed', reason: 'no answer', standing: '0' },
        { sk: 'line#FR/weee', outcome: 'failed', reason: 'no answer', standing: '0' },
      ],
    );
  });

  it('closes the other runs when one of them cannot be settled, and fails', async () => {
    const overdue: Run = { ...exampleRun, deadline: '2020-01-01T00:00:00.000Z' };
    runsAre({ ...overdue, runId: 'training-broken' }, overdue);
    dynamodb
      .on(QueryCommand, { ExpressionAttributeValues: marshall({ ':pk': 'run#training-broken', ':line': 'line#' }) })
      .rejects(new Error('throttled'));
    await expect(handler({}, context)).rejects.toMatchObject({
      name: 'SweepIncomplete',
      message: '1 of 2 runs could not be settled',
      cause: { errors: [{ message: 'throttled' }] },
    });
    const given = dynamodb.commandCalls(PutItemCommand).map(({ args }) => unmarshall(args[0].input.Item ?? {}));
    expect(given).toMatchObject([{ pk: `run#${exampleRun.runId}` }, { pk: `run#${exampleRun.runId}` }]);
  });

  it('announces what a crash left unsaid', async () => {
    const run: Run = {
      ...exampleRun,
      purpose: 'inference',
      month: '2026-10',
      lines: [{ country: 'DE', scheme: 'battery' }],
      status: 'closed',
      closedAt: '2026-11-01T04:00:00.000Z',
      revision: 1,
    };
    const { runId, month, startedAt, closedAt, revision } = run;
    const catalogueVersion = '0123456789abcdef';
    const completion = { runId, month, catalogueVersion, startedAt, closedAt, revision, lines: [line] };
    runsAre(run);
    dynamodb
      .on(GetItemCommand, { Key: marshall({ pk: `run#${runId}`, sk: 'completion#1' }) })
      .resolves({ Item: marshall(completion) });
    expect(await handler({}, context)).toEqual({ overdue: [], unsaid: [runId] });
    expect(eventBridge.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries).toMatchObject([
      { DetailType: 'ClassificationRunCompleted.v1' },
    ]);
  });
});
