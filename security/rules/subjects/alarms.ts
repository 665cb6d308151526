import { each, finding, type Check, type Rule } from '../rule.ts';
import type { Place } from '../template/identity.ts';
import { at, list, text } from '../template/json.ts';
import { ofType, type Resource, type Stack } from '../template/stack.ts';
import { deadLetterArns } from '../template/world.ts';

/** One metric of one resource: `value` is what its dimension is set to. */
interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly value: string;
}

const mlopsTopic = ({ region, account, stage }: Place): string =>
  `arn:aws:sns:${region}:${account}:regulabel-${stage}-mlops`;

const reaches = (alarm: Resource, { place }: Stack): boolean =>
  list(alarm.properties['AlarmActions']).includes(mlopsTopic(place)) && alarm.properties['ActionsEnabled'] !== false;

/** The metrics that an alarm looks at, its own or those of its expression. */
const metricsOf = ({ properties }: Resource): unknown[] => [
  properties,
  ...list(properties['Metrics']).map((query) => at(query, 'MetricStat', 'Metric')),
];

export const isWatched = (stack: Stack, { namespace, name, value }: Metric): boolean =>
  ofType(stack, 'AWS::CloudWatch::Alarm').some(
    (alarm) =>
      reaches(alarm, stack) &&
      metricsOf(alarm).some(
        (metric) =>
          at(metric, 'Namespace') === namespace &&
          at(metric, 'MetricName') === name &&
          list(at(metric, 'Dimensions')).some((dimension) => at(dimension, 'Value') === value),
      ),
  );

const queueName = ({ arn }: Resource): string => arn.split(':').at(-1) ?? '';

/** Raised by the first one: `0 < metric` or `1 <= metric`, at once. */
function isRaisedByOne({ properties }: Resource): boolean {
  const { ComparisonOperator, Threshold, EvaluationPeriods = 1, DatapointsToAlarm = EvaluationPeriods } = properties;
  const lowest = ComparisonOperator === 'GreaterThanThreshold' ? 0 : 1;
  const operators = ['GreaterThanThreshold', 'GreaterThanOrEqualToThreshold'];
  return (
    operators.includes(text(ComparisonOperator)) && Number(Threshold) === lowest && Number(DatapointsToAlarm) === 1
  );
}

const watched = (type: string, wanted: (resource: Resource, stack: Stack) => readonly Metric[]) =>
  each(type, (resource, stack) =>
    wanted(resource, stack)
      .filter((metric) => !isWatched(stack, metric))
      .map(({ namespace, name }) => `no alarm that reaches the MLOps topic watches its ${namespace} ${name}`),
  );

const remedy = 'Add an AWS::CloudWatch::Alarm with AlarmActions [regulabel-<stage>-mlops]';

export const alarms: readonly Rule[] = [
  {
    name: 'dead-letters-alarm',
    remedy,
    check: watched('AWS::SQS::Queue', (queue, stack) =>
      deadLetterArns(stack).has(queue.arn)
        ? [{ namespace: 'AWS/SQS', name: 'ApproximateNumberOfMessagesVisible', value: queueName(queue) }]
        : [],
    ),
  },
  {
    name: 'first-dead-letter-alarms',
    remedy: 'Set Threshold 0 with GreaterThanThreshold, and EvaluationPeriods 1',
    check: each('AWS::CloudWatch::Alarm', (alarm, stack) => {
      const values = list(alarm.properties['Dimensions']).map((dimension) => at(dimension, 'Value'));
      const ofDeadLetters = ofType(stack, 'AWS::SQS::Queue').some(
        (queue) => deadLetterArns(stack).has(queue.arn) && values.includes(queueName(queue)),
      );
      const counts = alarm.properties['MetricName'] === 'ApproximateNumberOfMessagesVisible';
      return ofDeadLetters && counts && !isRaisedByOne(alarm) ? 'one dead letter does not raise it' : undefined;
    }),
  },
  {
    name: 'waiting-messages-alarm',
    remedy,
    check: watched('AWS::SQS::Queue', (queue, stack) =>
      deadLetterArns(stack).has(queue.arn)
        ? []
        : [{ namespace: 'AWS/SQS', name: 'ApproximateAgeOfOldestMessage', value: queueName(queue) }],
    ),
  },
  {
    name: 'failed-executions-alarm',
    remedy,
    check: watched('AWS::StepFunctions::StateMachine', ({ arn: value }) =>
      ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'].map((name) => ({
        namespace: 'AWS/States',
        name,
        value,
      })),
    ),
  },
  {
    name: 'throttled-function-alarm',
    remedy,
    check: watched('AWS::Lambda::Function', ({ ref: value }) => [
      { namespace: 'AWS/Lambda', name: 'Throttles', value },
    ]),
  },
  {
    name: 'alarm-reaches-people',
    remedy: 'Set AlarmActions to the topic regulabel-<stage>-mlops and leave ActionsEnabled alone',
    check: each('AWS::CloudWatch::Alarm', (alarm, stack) =>
      reaches(alarm, stack) ? undefined : 'nobody hears of it: it does not reach the MLOps topic',
    ),
  },
  {
    name: 'budget-watched',
    remedy: 'Add an AWS::Budgets::Budget to the stack that owns the MLOps topic, with that topic as subscriber',
    check: ((stacks) =>
      stacks.flatMap((stack) => {
        const topic = ofType(stack, 'AWS::SNS::Topic').find(({ arn }) => arn === mlopsTopic(stack.place));
        if (topic === undefined || ofType(stack, 'AWS::Budgets::Budget').some((budget) => tells(budget, topic)))
          return [];
        return [finding(stack, topic, 'no budget tells it what the stage costs')];
      })) satisfies Check,
  },
];

const tells = ({ properties }: Resource, { arn }: Resource): boolean =>
  list(properties['NotificationsWithSubscribers']).some((notification) =>
    list(at(notification, 'Subscribers')).some((subscriber) => at(subscriber, 'Address') === arn),
  );
