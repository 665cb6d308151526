import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { modelPromoted } from '@regulabel/contracts/evaluation/modelPromoted.v1';
import { inferenceCompleted } from '@regulabel/contracts/inference/inferenceCompleted.v1';
import { extractionFailed } from '@regulabel/contracts/ingest/extractionFailed.v1';
import { modelTrained } from '@regulabel/contracts/training/modelTrained.v1';
import { buildBrokenEvent, buildEvent } from '@regulabel/contracts/testing';
import { allHandled, context, notHandled, queueEvent } from '@regulabel/testing/lambda';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { exampleRun } from '../testing/exampleRun.ts';
import { handler } from './trackRun.ts';

const dynamodb = mockClient(DynamoDBClient);
const eventBridge = mockClient(EventBridgeClient);

beforeEach(() => {
  Object.assign(process.env, { RUNS_TABLE: 'runs', BUS: 'bus' });
  dynamodb.reset();
  eventBridge.reset();
  dynamodb.on(GetItemCommand).resolves({ Item: marshall(exampleRun) });
  dynamodb.on(PutItemCommand).resolves({});
  dynamodb.on(QueryCommand).resolves({ Items: [] });
});

const handle = (...events: readonly object[]) => handler(queueEvent(...events), context);
const promoted = buildEvent(modelPromoted);

describe('trackRun', () => {
  it('records how a line ended, with its standing', async () => {
    expect(await handle(promoted)).toEqual(allHandled);
    const { Item = {} } = dynamodb.commandCalls(PutItemCommand)[0]?.args[0].input ?? {};
    expect(unmarshall(Item)).toMatchObject({
      pk: `run#${exampleRun.runId}`,
      sk: 'line#DE/weee',
      outcome: 'promoted',
      standing: `3#2026-11-01T04:00:00.000Z#${promoted.detail.metadata.id}`,
    });
  });

  it('closes the run with its last line', async () => {
    const run = { ...exampleRun, lines: [{ country: 'DE', scheme: 'weee' }] };
    const closed = { ...run, status: 'closed', closedAt: '2026-11-01T04:00:00.000Z', revision: 1 };
    const line = { country: 'DE', scheme: 'weee', outcome: 'promoted' };
    const completion = {
      runId: run.runId,
      catalogueVersion: run.catalogue.version,
      startedAt: run.startedAt,
      closedAt: closed.closedAt,
      revision: 1,
      lines: [line],
    };
    const runKey = marshall({ pk: `run#${run.runId}`, sk: 'run' });
    dynamodb
      .on(GetItemCommand, { Key: runKey })
      .resolvesOnce({ Item: marshall(run) })
      .resolvesOnce({ Item: marshall(run) });
    dynamodb.on(GetItemCommand, { Key: runKey }).resolves({ Item: marshall(closed) });
    dynamodb
      .on(GetItemCommand, { Key: marshall({ pk: `run#${run.runId}`, sk: 'completion#1' }) })
      .resolves({ Item: marshall(completion) });
    dynamodb.on(QueryCommand).resolves({ Items: [marshall(line)] });
    dynamodb.on(TransactWriteItemsCommand).resolves({});
    dynamodb.on(UpdateItemCommand).resolves({});
    eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
    expect(await handle(promoted)).toEqual(allHandled);
    expect(eventBridge.commandCalls(PutEventsCommand)[0]?.args[0].input.Entries).toMatchObject([
      { EventBusName: 'bus', Source: 'regulabel.ingest', DetailType: 'TrainingRunCompleted.v1' },
    ]);
  });

  it("leaves a line alone that its evaluation's inference is not the end of", async () => {
    const event = buildEvent(inferenceCompleted, {}, 'evaluation');
    expect(await handle(event)).toEqual(allHandled);
    expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(0);
  });

  it('has nothing to close for an extraction that failed before its run began', async () => {
    dynamodb.on(GetItemCommand).resolves({});
    expect(await handle(buildEvent(extractionFailed))).toEqual(allHandled);
  });

  it.each([
    ['about a run that is not there', promoted, () => dynamodb.on(GetItemCommand).resolves({})],
    ['about a line that the run does not have', buildEvent(modelPromoted, { data: { country: 'XX' } }), undefined],
    ['of a type that ends no line', buildEvent(modelTrained), undefined],
    ['that does not keep its contract', buildBrokenEvent(modelPromoted, { data: { runId: undefined } }), undefined],
    ['when the table refuses', promoted, () => dynamodb.on(PutItemCommand).rejects(new Error('slow down'))],
  ])('hands back a message %s', async (_why, event, arrange) => {
    arrange?.();
    expect(await handle(event)).toEqual(notHandled);
  });

  it('hands back only the message that failed', async () => {
    const stranger = buildEvent(modelTrained);
    expect(await handle(promoted, stranger)).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-1' }] });
  });
});
