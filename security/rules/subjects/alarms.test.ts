import { describe, expect, it } from '@jest/globals';
import { attribute, changed, found, keyWith, ref, stackWith } from '../testing/templates.ts';
import { alarms } from './alarms.ts';

const alarm = (Namespace: string, MetricName: string, value: unknown) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    AlarmName: `regulabel-dev-${MetricName}`,
    Namespace,
    MetricName,
    Dimensions: [{ Name: 'Of', Value: value }],
    Statistic: 'Maximum',
    EvaluationPeriods: 1,
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    AlarmActions: [ref('Topic')],
  },
});
const metric = (MetricName: string) => ({
  MetricStat: {
    Metric: { Namespace: 'AWS/States', MetricName, Dimensions: [{ Name: 'StateMachineArn', Value: ref('Machine') }] },
  },
});
const good = {
  ...keyWith('Key', 'alias/regulabel-dev-messages'),
  Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'regulabel-dev-mlops' } },
  Queue: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: 'regulabel-dev-work',
      RedrivePolicy: { deadLetterTargetArn: attribute('DeadLetters'), maxReceiveCount: 5 },
    },
  },
  DeadLetters: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'regulabel-dev-work-dlq' } },
  Worker: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'regulabel-dev-work' } },
  Machine: { Type: 'AWS::StepFunctions::StateMachine', Properties: { StateMachineName: 'regulabel-dev-extract' } },
  Dead: alarm('AWS/SQS', 'ApproximateNumberOfMessagesVisible', attribute('DeadLetters', 'QueueName')),
  Age: alarm('AWS/SQS', 'ApproximateAgeOfOldestMessage', attribute('Queue', 'QueueName')),
  Throttled: alarm('AWS/Lambda', 'Throttles', ref('Worker')),
  Failed: alarm('AWS/States', 'ExecutionsFailed', ref('Machine')),
  // One alarm on an expression of several metrics.
  TimedOutOrAborted: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: 'regulabel-dev-ended',
      AlarmActions: [ref('Topic')],
      Metrics: [{ Expression: 'a + b' }, metric('ExecutionsTimedOut'), metric('ExecutionsAborted')],
    },
  },
  Budget: {
    Type: 'AWS::Budgets::Budget',
    Properties: {
      NotificationsWithSubscribers: [{ Subscribers: [{ SubscriptionType: 'SNS', Address: ref('Topic') }] }],
    },
  },
};

describe('the rules on alarms', () => {
  it('find nothing where all is well', async () => {
    expect(await found(alarms, stackWith(good))).toEqual([]);
  });

  it.each([
    ['dead-letters-alarm: DeadLetters: .* AWS/SQS ApproximateNumberOfMessagesVisible', 'Dead', undefined],
    ['first-dead-letter-alarms: Dead: one dead letter does not raise it', 'Dead.Properties.Threshold', 1],
    ['first-dead-letter-alarms: Dead', 'Dead.Properties.EvaluationPeriods', 3],
    ['first-dead-letter-alarms: Dead', 'Dead.Properties.ComparisonOperator', 'LessThanThreshold'],
    ['waiting-messages-alarm: Queue: .* ApproximateAgeOfOldestMessage', 'Age.Properties.Dimensions', []],
    ['failed-executions-alarm: Machine: .* ExecutionsFailed', 'Failed', undefined],
    ['failed-executions-alarm: Machine: .* ExecutionsAborted', 'TimedOutOrAborted.Properties.Metrics.2', {}],
    ['throttled-function-alarm: Worker: .* AWS/Lambda Throttles', 'Throttled', undefined],
    ['budget-watched: Topic', 'Budget.Properties.NotificationsWithSubscribers.0.Subscribers.0.Address', 'elsewhere'],
  ])('find %s', async (problem, path, value) => {
    const problems = await found(alarms, stackWith(changed(good, path, value)));
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${problem}`))]);
  });

  it.each([
    ['AlarmActions', []],
    ['AlarmActions', ['arn:aws:sns:eu-west-1:111122223333:regulabel-staging-mlops']],
    ['ActionsEnabled', false],
  ])('find an alarm that nobody hears: %s %j', async (property, value) => {
    expect(await found(alarms, stackWith(changed(good, `Dead.Properties.${property}`, value)))).toEqual([
      expect.stringContaining('dead-letters-alarm: DeadLetters'),
      'alarm-reaches-people: Dead: nobody hears of it: it does not reach the MLOps topic',
    ]);
  });
});
