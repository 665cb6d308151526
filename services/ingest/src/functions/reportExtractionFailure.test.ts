import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { marshall } from '@aws-sdk/util-dynamodb';
import { extractionFailed } from '@regulabel/contracts/ingest/extractionFailed.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { allHandled, context, notHandled, queueEvent } from '@regulabel/testing/lambda';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { exampleRun } from '../testing/exampleRun.ts';
import { handler } from './reportExtractionFailure.ts';

const dynamodb = mockClient(DynamoDBClient);
const eventBridge = mockClient(EventBridgeClient);

const { executionArn, runId } = exampleRun;
const status = {
  id: '315c1398-40ff-a850-213b-158f73e60175',
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  detail: {
    executionArn,
    name: 'one',
    status: 'FAILED',
    input: JSON.stringify({ purpose: 'training', scheduledTime: '2026-11-01T02:00:00Z' }),
    error: 'UnloadFailed',
    cause: JSON.stringify({ errorType: 'UnloadFailed', errorMessage: 'relation does not exist', trace: [] }),
  },
};

beforeEach(() => {
  Object.assign(process.env, { RUNS_TABLE: 'runs', BUS: 'bus' });
  dynamodb.reset();
  eventBridge.reset();
  dynamodb.on(GetItemCommand).resolves({ Item: marshall(exampleRun) });
  eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
});

const events = () =>
  eventBridge.commandCalls(PutEventsCommand).map(({ args }) => {
    const { Detail = '' } = args[0].input.Entries?.[0] ?? {};
    return parseStrictly(extractionFailed.detail, JSON.parse(Detail), 'ExtractionFailed');
  });
const handle = (event: object) => handler(queueEvent(event), context);

describe('reportExtractionFailure', () => {
  it('says which run failed and why', async () => {
    expect(await handle(status)).toEqual(allHandled);
    expect(events()[0]?.data).toEqual({
      runId,
      purpose: 'training',
      executionArn,
      status: 'FAILED',
      error: 'UnloadFailed',
      cause: 'relation does not exist',
    });
  });

  it('says it too when the run had not begun', async () => {
    dynamodb.on(GetItemCommand).resolves({});
    await handle(status);
    expect(events()[0]?.data.runId).toBe(runId);
  });

  it('says nothing of a duplicate: the run belongs to another execution', async () => {
    dynamodb.on(GetItemCommand).resolves({ Item: marshall({ ...exampleRun, executionArn: `${executionArn}-first` }) });
    expect(await handle(status)).toEqual(allHandled);
    expect(events()).toEqual([]);
  });

  it('is the same event for the same message, another for another failure of the same execution', async () => {
    await handle(status);
    await handle(status);
    await handle({ ...status, id: 'another' });
    const [first, same, other] = events().map(({ metadata }) => metadata.id);
    expect(same).toBe(first);
    expect(other).not.toBe(first);
  });

  it('hands back a message whose execution has an input it does not know', async () => {
    expect(await handle({ ...status, detail: { ...status.detail, input: '{}' } })).toEqual(notHandled);
  });
});
