import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { comparisonFailed } from '@regulabel/contracts/evaluation/comparisonFailed.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { allHandled, context, notHandled, queueEvent } from '@regulabel/testing/lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { inputFor, trained, winner } from '../evaluation.fixture.ts';

process.env['BUS'] = 'regulabel-dev';
const { handler } = await import('./reportComparisonFailure.ts');

const [sfn, eventBridge] = [mockClient(SFNClient), mockClient(EventBridgeClient)];
beforeEach(() => {
  sfn.reset();
  eventBridge.reset();
  eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
});

const executionArn = 'arn:aws:states:eu-west-1:111122223333:execution:regulabel-dev-comparison:x';
const input = JSON.stringify(inputFor(winner));
const handle = (detail: object) =>
  handler(
    queueEvent({
      id: '315c1398-40ff-a850-213b-158f73e60175',
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      detail: { executionArn, name: 'x', status: 'TIMED_OUT', input, ...detail },
    }),
    context,
  );
const published = () =>
  eventBridge
    .commandCalls(PutEventsCommand)
    .map(({ args }) =>
      parseStrictly(comparisonFailed.detail, JSON.parse(args[0].input.Entries![0]!.Detail!), 'detail'),
    );

describe('reportComparisonFailure', () => {
  it('says which line of which run is not compared', async () => {
    expect(await handle({})).toEqual(allHandled);
    expect(published()).toMatchObject([
      {
        metadata: { correlationId: trained.runId, causationId: executionArn },
        data: { runId: trained.runId, country: 'DE', scheme: 'weee', status: 'TIMED_OUT', error: 'TimedOut' },
      },
    ]);
  });

  it('asks Step Functions for an input that was too large for the event', async () => {
    sfn.on(DescribeExecutionCommand, { executionArn }).resolves({ input });
    await handle({ input: null });
    expect(published()).toMatchObject([{ data: { runId: trained.runId } }]);
  });

  it('leaves the message in the queue when EventBridge does not take the event', async () => {
    eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] });
    expect(await handle({})).toEqual(notHandled);
  });
});
