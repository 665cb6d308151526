import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { trainingFailed } from '@regulabel/contracts/training/trainingFailed.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { allHandled, context, notHandled, queueEvent } from '@regulabel/testing/lambda';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from './reportTrainingFailure.ts';

const eventBridge = mockClient(EventBridgeClient);
const sfn = mockClient(SFNClient);

const executionArn = 'arn:aws:states:eu-west-1:111122223333:execution:regulabel-dev-training:one';
const input = JSON.stringify({ runId: 'training-1', country: 'DE', scheme: 'weee', dataset: {} });
const status = {
  id: '315c1398-40ff-a850-213b-158f73e60175',
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  detail: {
    executionArn,
    name: 'one',
    status: 'FAILED',
    input,
    error: 'States.TaskFailed',
    cause: JSON.stringify({
      ProcessingJobName: 'dev-p-0-0-0',
      ExitMessage: '3 of 5 rows are missing',
      FailureReason: 'exit 1',
    }),
  },
};

beforeEach(() => {
  process.env['BUS'] = 'bus';
  eventBridge.reset();
  sfn.reset();
  eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
});

const handle = (event: object) => handler(queueEvent(event), context);
const events = () =>
  eventBridge.commandCalls(PutEventsCommand).map(({ args }) => {
    const { Detail = '' } = args[0].input.Entries?.[0] ?? {};
    return parseStrictly(trainingFailed.detail, JSON.parse(Detail), 'TrainingFailed');
  });

describe('reportTrainingFailure', () => {
  it('says which line failed and what the job said', async () => {
    expect(await handle(status)).toEqual(allHandled);
    expect(events()[0]?.data).toEqual({
      runId: 'training-1',
      country: 'DE',
      scheme: 'weee',
      executionArn,
      status: 'FAILED',
      error: 'States.TaskFailed',
      cause: '3 of 5 rows are missing | exit 1',
    });
  });

  it.each([
    ['TIMED_OUT', 'TimedOut'],
    ['ABORTED', 'Aborted'],
  ])('names an execution that is %s', async (of, error) => {
    await handle({ ...status, detail: { executionArn, name: 'one', status: of, input } });
    expect(events()[0]?.data).toMatchObject({ status: of, error, cause: '' });
  });

  it('asks for an input that was too large for the status event', async () => {
    sfn.on(DescribeExecutionCommand, { executionArn }).resolves({ input });
    expect(await handle({ ...status, detail: { ...status.detail, input: null } })).toEqual(allHandled);
    expect(events()[0]?.data.country).toBe('DE');
  });

  it('is the same event for the same message, another for another failure of the same execution', async () => {
    await handle(status);
    await handle(status);
    await handle({ ...status, id: 'another' });
    const [first, same, other] = events().map(({ metadata }) => metadata.id);
    expect(same).toBe(first);
    expect(other).not.toBe(first);
  });

  it('hands back what it cannot report', async () => {
    expect(await handle({ ...status, detail: { ...status.detail, input: '{}' } })).toEqual(notHandled);
    eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure' }] });
    expect(await handle(status)).toEqual(notHandled);
  });
});
