import { describe, expect, it } from '@jest/globals';
import { attribute, changed, found, keyWith, stackWith } from '../testing/templates.ts';
import { logs } from './logs.ts';

const group = (name: string) => ({
  Type: 'AWS::Logs::LogGroup',
  Properties: { LogGroupName: name, RetentionInDays: 90, KmsKeyId: attribute('Key') },
});
const good = {
  ...keyWith('Key', 'alias/regulabel-dev-logs'),
  PlanGroup: group('/aws/lambda/regulabel-dev-plan'),
  MachineGroup: group('/aws/vendedlogs/states/regulabel-dev-extract'),
  Plan: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'regulabel-dev-plan' } },
  Machine: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'regulabel-dev-extract',
      LoggingConfiguration: {
        Level: 'ERROR',
        IncludeExecutionData: false,
        Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: attribute('MachineGroup') } }],
      },
    },
  },
};
const logging = 'Machine.Properties.LoggingConfiguration';

describe('the rules on logs', () => {
  it('find nothing where all is well', async () => {
    expect(await found(logs, stackWith(good))).toEqual([]);
  });

  it.each([
    ['log-group-forgets: PlanGroup', 'PlanGroup.Properties.RetentionInDays', undefined],
    ['log-group-encrypted: MachineGroup', 'MachineGroup.Properties.KmsKeyId', undefined],
    ['function-has-log-group: Plan: there is no log group /aws/lambda/other', 'Plan.Properties.FunctionName', 'other'],
    ['machine-logs: Machine: failures leave no trace', `${logging}.Level`, 'OFF'],
    ['machine-logs: Machine: failures leave no trace', logging, undefined],
    ['machine-logs: Machine: its log goes to none', `${logging}.Destinations`, []],
    ['machine-logs-no-data: Machine', `${logging}.IncludeExecutionData`, true],
  ])('find %s', async (problem, path, value) => {
    const problems = await found(logs, stackWith(changed(good, path, value)));
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });
});
