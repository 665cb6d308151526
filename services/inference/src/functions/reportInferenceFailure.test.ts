import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { inferenceFailed } from '@regulabel/contracts/inference/inferenceFailed.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { allHandled, context, notHandled, queueEvent } from '@regulabel/testing/lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { executionInputExample } from '../executionInput.fixture.ts';

process.env['BUS'] = 'regulabel-dev';
const { handler } = await import('./reportInferenceFailure.ts');

const [sfn, eventBridge] = [mockClient(SFNClient), mockClient(EventBridgeClient)];
beforeEach(() => {
  sfn.reset();
  eventBridge.reset();
  eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
});

const executionArn = 'arn:aws:states:eu-west-1:111122223333:execution:regulabel-dev-inference:x';
const input = executionInputExample('evaluation');
const ended = (detail: object) => ({
  id: '315c1398-40ff-a850-213b-158f73e60175',
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  detail: { executionArn, name: 'x', status: 'FAILED', input: JSON.stringify(input), ...detail },
});
const published = () =>
  eventBridge
    .commandCalls(PutEventsCommand)
    .map(({ args }) => parseStrictly(inferenceFailed.detail, JSON.parse(args[0].input.Entries![0]!.Detail!), 'detail'));

describe('reportInferenceFailure', () => {
  it('says who asked for the inference that failed, and what the job said', async () => {
    const cause = JSON.stringify({ ProcessingJobName: 'x', ExitMessage: '3 of 500 rows are missing' });
    expect(await handler(queueEvent(ended({ error: 'States.TaskFailed', cause })), context)).toEqual(allHandled);
    expect(published()).toMatchObject([
      {
        metadata: { correlationId: input.runId, causationId: executionArn },
        data: {
          runId: input.runId,
          caller: 'evaluation',
          country: 'DE',
          scheme: 'weee',
          status: 'FAILED',
          error: 'States.TaskFailed',
          cause: '3 of 500 rows are missing',
        },
      },
    ]);
  });

  it('asks Step Functions for an input that was too large for the event', async () => {
    sfn.on(DescribeExecutionCommand, { executionArn }).resolves({ input: JSON.stringify(input) });
    await handler(queueEvent(ended({ input: null, status: 'ABORTED' })), context);
    expect(published()).toMatchObject([
      { data: { runId: input.runId, status: 'ABORTED', error: 'Aborted', cause: '' } },
    ]);
  });

  it('reports a second failure, after a redrive, as an event of its own and a redelivery as the same', async () => {
    await handler(queueEvent(ended({}), ended({}), { ...ended({}), id: 'another' }), context);
    const [first, redelivered, second] = published().map(({ metadata }) => metadata.id);
    expect(redelivered).toBe(first);
    expect(second).not.toBe(first);
  });

  it('leaves an execution that nobody of ours can have started in the queue', async () => {
    expect(await handler(queueEvent(ended({ input: '{}' })), context)).toEqual(notHandled);
    expect(published()).toEqual([]);
  });
});
