import { each, type Rule } from '../rule.ts';
import { at, list, text } from '../template/json.ts';
import { ofType, type Stack } from '../template/stack.ts';
import { underOwnKey } from './encryption.ts';

const hasGroup = (stack: Stack, name: string): boolean =>
  ofType(stack, 'AWS::Logs::LogGroup').some(({ ref }) => ref === name);

export const logs: readonly Rule[] = [
  {
    name: 'log-group-forgets',
    remedy: 'Set RetentionInDays',
    standsFor: ['CKV_AWS_66'],
    check: each('AWS::Logs::LogGroup', ({ properties }) =>
      Number(properties['RetentionInDays']) > 0 ? undefined : 'it keeps everything for ever',
    ),
  },
  {
    name: 'log-group-encrypted',
    remedy: 'Set KmsKeyId to the ARN of a key of the same template that admits logs.<region>.amazonaws.com',
    standsFor: ['CKV_AWS_158'],
    check: each('AWS::Logs::LogGroup', underOwnKey('logs')),
  },
  {
    name: 'function-has-log-group',
    remedy: 'Declare /aws/lambda/<function>: one that Lambda makes by itself has neither retention nor key',
    check: each('AWS::Lambda::Function', ({ ref, properties }, stack) => {
      const name = text(at(properties, 'LoggingConfig', 'LogGroup')) || `/aws/lambda/${ref}`;
      return hasGroup(stack, name) ? undefined : `there is no log group ${name}`;
    }),
  },
  {
    name: 'machine-logs',
    remedy: 'Set LoggingConfiguration to level ERROR or ALL, with a log group of the same template',
    standsFor: ['AwsSolutions-SF1'],
    check: each('AWS::StepFunctions::StateMachine', ({ properties }, stack) => {
      const logging = properties['LoggingConfiguration'];
      if (!['ERROR', 'ALL'].includes(text(at(logging, 'Level')))) return 'failures leave no trace in its log';
      const groups = list(at(logging, 'Destinations')).map((each) =>
        text(at(each, 'CloudWatchLogsLogGroup', 'LogGroupArn')),
      );
      return groups.some((arn) => ofType(stack, 'AWS::Logs::LogGroup').some((group) => group.arn === arn))
        ? undefined
        : "its log goes to none of this stack's groups";
    }),
  },
  {
    name: 'machine-logs-no-data',
    remedy: 'Set LoggingConfiguration.IncludeExecutionData to false: inputs belong into S3, not into logs',
    check: each('AWS::StepFunctions::StateMachine', ({ properties }) =>
      at(properties, 'LoggingConfiguration', 'IncludeExecutionData') === true
        ? 'inputs and outputs of executions go to its log'
        : undefined,
    ),
  },
];
