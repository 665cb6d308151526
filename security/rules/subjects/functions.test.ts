import { describe, expect, it } from '@jest/globals';
import { attribute, changed, found, stackWith, sub } from '../testing/templates.ts';
import { functions } from './functions.ts';

const good = {
  Sweep: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'regulabel-dev-sweep',
      Runtime: 'nodejs24.x',
      Timeout: 30,
      TracingConfig: { Mode: 'Active' },
      Environment: { Variables: { BUS: 'regulabel-dev', STAGE: 'dev' } },
    },
  },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { FunctionName: attribute('Sweep'), FunctionResponseTypes: ['ReportBatchItemFailures'] },
  },
  Schedule: { Type: 'AWS::Scheduler::Schedule', Properties: { Target: { Arn: attribute('Sweep') } } },
  Errors: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: 'regulabel-dev-sweep' }],
      AlarmActions: [sub('arn:aws:sns:${AWS::Region}:${AWS::AccountId}:regulabel-dev-mlops')],
    },
  },
  Permission: {
    Type: 'AWS::Lambda::Permission',
    Properties: { Principal: 'events.amazonaws.com', SourceArn: 'arn:aws:events:eu-west-1:111122223333:rule/x' },
  },
};
const variables = 'Sweep.Properties.Environment.Variables';

describe('the rules on functions', () => {
  it('find nothing where all is well', async () => {
    expect(await found(functions, stackWith(good))).toEqual([]);
  });

  it.each([
    ['function-times-out: Sweep', 'Sweep.Properties.Timeout', undefined],
    ['function-times-out: Sweep', 'Sweep.Properties.Timeout', 901],
    ['function-traced: Sweep', 'Sweep.Properties.TracingConfig.Mode', 'PassThrough'],
    ['function-on-supported-runtime: Sweep: it runs on nodejs18.x', 'Sweep.Properties.Runtime', 'nodejs18.x'],
    ['function-holds-no-secret: Sweep, variable DB_PASSWORD', `${variables}.DB_PASSWORD`, 'x'],
    ['function-holds-no-secret: Sweep, variable KEY', `${variables}.KEY`, 'AKIAIOSFODNN7EXAMPLE'],
    ['function-reports-its-failures-one-by-one: Mapping', 'Mapping.Properties.FunctionResponseTypes', undefined],
    ['function-failures-noticed: Sweep', 'Errors', undefined],
    ['function-failures-noticed: Sweep', 'Errors.Properties.AlarmActions', []],
    ['function-failures-noticed: Sweep', 'Errors.Properties.MetricName', 'Throttles'],
    ['function-invoked-by-known-source: Permission', 'Permission.Properties.SourceArn', undefined],
  ])('find %s', async (problem, path, value) => {
    const problems = await found(functions, stackWith(changed(good, path, value)));
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });

  it('ask nothing of who is waited for', async () => {
    const invokedBySteps = changed(changed(good, 'Errors'), 'Schedule');
    expect(await found(functions, stackWith(invokedBySteps))).toEqual([]);
  });
});
