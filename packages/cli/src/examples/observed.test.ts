import { describe, expect, it } from '@jest/globals';
import { errorOf, observationOf } from './observed.ts';

const status = (detail: object) => ({
  'detail-type': 'Step Functions Execution Status Change',
  detail: {
    stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:regulabel-local-training',
    executionArn: 'arn:aws:states:eu-west-1:111122223333:execution:regulabel-local-training:DE-weee',
    name: 'DE-weee',
    status: 'RUNNING',
    startDate: 1000,
    stopDate: null,
    error: null,
    cause: null,
    ...detail,
  },
});

describe('observationOf', () => {
  it.each([
    ['an execution that runs', status({}), ['execution', 'RUNNING regulabel-local-training DE-weee']],
    [
      'why one failed',
      status({
        status: 'FAILED',
        stopDate: 3500,
        error: 'NoTrialSucceeded',
        cause: '{"errorMessage":"all failed","trace":[]}',
      }),
      ['execution', 'FAILED regulabel-local-training DE-weee 2.5 s NoTrialSucceeded: all failed'],
    ],
    [
      'an event of ours',
      { 'detail-type': 'ModelTrained.v1', detail: { metadata: {}, data: { country: 'DE' } } },
      ['event', 'ModelTrained.v1 {"country":"DE"}'],
    ],
    [
      'a message to people',
      {
        Type: 'Notification',
        TopicArn: 'arn:aws:sns:eu-west-1:111122223333:regulabel-local-mlops',
        Subject: 'DE/weee',
      },
      ['message', 'mlops: DE/weee'],
    ],
  ])('says %s', (_, body, seen) => {
    expect(observationOf(JSON.stringify(body))).toEqual(seen);
  });
});

describe('errorOf', () => {
  const line = (text: string) => errorOf('start-training', `2026-11-23T15:50:00.123Z\trequest\t${text}`);

  it('shows errors with what they were', () => {
    const entry = { level: 'ERROR', message: 'again', error: { name: 'CountryUnknown', message: 'DE', stack: '' } };
    expect(line(JSON.stringify(entry))).toEqual(['log', 'start-training: again (CountryUnknown: DE)']);
  });

  it('leaves out what is no error', () => {
    expect(line(JSON.stringify({ level: 'INFO', message: 'started' }))).toBeUndefined();
    expect(line(JSON.stringify({ _aws: {}, MessageHandled: 1 }))).toBeUndefined();
    expect(errorOf('start-training', '')).toBeUndefined();
  });

  it('shows as it is what no logger wrote', () => {
    expect(line('TypeError: x is not a function')).toEqual(['log', 'start-training: TypeError: x is not a function']);
  });
});
