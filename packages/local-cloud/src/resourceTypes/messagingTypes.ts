import type { Properties, ResourceType } from './resourceType.ts';
import { asText, unless } from './resourceType.ts';

/** Attributes, which SQS and SNS take as text. */
const textual = (properties: Properties): Record<string, string> =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, asText(value)]));

/** Types that carry messages and events, and decide when. */
export const messagingTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::SQS::Queue': {
    acts: [
      'QueueName',
      'DelaySeconds',
      'KmsDataKeyReusePeriodSeconds',
      'KmsMasterKeyId',
      'MaximumMessageSize',
      'MessageRetentionPeriod',
      'ReceiveMessageWaitTimeSeconds',
      'RedriveAllowPolicy',
      'RedrivePolicy',
      'SqsManagedSseEnabled',
      'VisibilityTimeout',
    ],
    async deploy({ QueueName: given, ...attributes }, { name, region, account, call }) {
      const QueueName = name(given);
      const { QueueUrl } = await call('sqs', 'CreateQueue', { QueueName });
      await call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: textual(attributes) });
      return { ref: asText(QueueUrl), attributes: { Arn: `arn:aws:sqs:${region}:${account}:${QueueName}`, QueueName } };
    },
  },
  'AWS::SQS::QueuePolicy': {
    acts: ['Queues', 'PolicyDocument'],
    async deploy({ Queues, PolicyDocument }, { name, call }) {
      for (const QueueUrl of Queues as string[])
        await call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy: asText(PolicyDocument) } });
      return { ref: name(undefined) };
    },
  },
  'AWS::SNS::Topic': {
    acts: ['TopicName', 'DisplayName', 'KmsMasterKeyId'],
    inert: ['TracingConfig', 'SignatureVersion'],
    async deploy({ TopicName: given, ...attributes }, { name, call }) {
      const TopicName = name(given);
      const { TopicArn } = await call('sns', 'CreateTopic', { Name: TopicName });
      for (const [AttributeName, AttributeValue] of Object.entries(attributes))
        await call('sns', 'SetTopicAttributes', { TopicArn, AttributeName, AttributeValue });
      return { ref: asText(TopicArn), attributes: { TopicArn: asText(TopicArn), TopicName } };
    },
  },
  'AWS::SNS::TopicPolicy': {
    acts: ['Topics', 'PolicyDocument'],
    async deploy({ Topics, PolicyDocument }, { name, call }) {
      const policy = { AttributeName: 'Policy', AttributeValue: asText(PolicyDocument) };
      for (const TopicArn of Topics as string[]) await call('sns', 'SetTopicAttributes', { TopicArn, ...policy });
      return { ref: name(undefined) };
    },
  },
  'AWS::SNS::Subscription': {
    acts: [
      'TopicArn',
      'Protocol',
      'Endpoint',
      'FilterPolicy',
      'FilterPolicyScope',
      'RawMessageDelivery',
      'RedrivePolicy',
    ],
    async deploy({ TopicArn, Protocol, Endpoint, ...attributes }, { call }) {
      const Attributes = textual(attributes);
      const input = { TopicArn, Protocol, Endpoint, Attributes, ReturnSubscriptionArn: true };
      return { ref: asText((await call('sns', 'Subscribe', input))['SubscriptionArn']) };
    },
    retire: (SubscriptionArn, call) => call('sns', 'Unsubscribe', { SubscriptionArn }),
  },
  'AWS::Events::EventBus': {
    acts: ['Name', 'KmsKeyIdentifier', 'DeadLetterConfig'],
    async deploy(bus, { region, account, call }) {
      await unless('ResourceAlreadyExistsException', call('events', 'CreateEventBus', bus));
      const Name = asText(bus['Name']);
      return { ref: Name, attributes: { Name, Arn: `arn:aws:events:${region}:${account}:event-bus/${Name}` } };
    },
  },
  'AWS::Events::EventBusPolicy': {
    acts: ['EventBusName', 'StatementId', 'Statement'],
    async deploy({ EventBusName = 'default', StatementId, Statement }, { call }) {
      const { Policy } = await call('events', 'DescribeEventBus', { Name: EventBusName });
      const present = Policy === undefined ? [] : (JSON.parse(asText(Policy)) as { Statement: Properties[] }).Statement;
      const others = present.filter(({ Sid }) => Sid !== StatementId);
      const added = {
        Version: '2012-10-17',
        Statement: [...others, { Sid: StatementId, ...(Statement as Properties) }],
      };
      await call('events', 'PutPermission', { EventBusName, Policy: JSON.stringify(added) });
      return { ref: asText(StatementId) };
    },
  },
  'AWS::Events::Rule': {
    acts: ['Name', 'EventBusName', 'EventPattern', 'ScheduleExpression', 'State', 'Targets', 'RoleArn'],
    async deploy({ Name: given, EventPattern, Targets = [], ...rule }, { name, call }) {
      const Name = name(given);
      const { EventBusName } = rule;
      const pattern = EventPattern === undefined ? {} : { EventPattern: asText(EventPattern) };
      const { RuleArn } = await call('events', 'PutRule', { ...rule, ...pattern, Name });
      if ((Targets as unknown[]).length > 0)
        await call('events', 'PutTargets', {
          Rule: Name,
          ...(EventBusName === undefined ? {} : { EventBusName }),
          Targets,
        });
      const own = EventBusName !== undefined && EventBusName !== 'default';
      return { ref: own ? `${asText(EventBusName)}|${Name}` : Name, attributes: { Arn: asText(RuleArn) } };
    },
    async retire(ref, call) {
      const [Name = '', EventBusName = 'default'] = ref.split('|').reverse().slice(0, 2);
      const { EventPattern } = await call('events', 'DescribeRule', { Name, EventBusName });
      await call('events', 'PutRule', { Name, EventBusName, EventPattern, State: 'DISABLED' });
    },
  },
  'AWS::Scheduler::Schedule': {
    acts: [
      'Name',
      'GroupName',
      'ScheduleExpression',
      'ScheduleExpressionTimezone',
      'StartDate',
      'EndDate',
      'State',
      'Target',
      'FlexibleTimeWindow',
    ],
    async deploy(properties, { name, region, account, call }) {
      const schedule = { ...properties, Name: name(properties['Name']) };
      const created = await unless('ConflictException', call('scheduler', 'CreateSchedule', schedule));
      if (created === undefined) await call('scheduler', 'UpdateSchedule', schedule);
      const group = asText(properties['GroupName'] ?? 'default');
      return {
        ref: schedule.Name,
        attributes: { Arn: `arn:aws:scheduler:${region}:${account}:schedule/${group}/${schedule.Name}` },
      };
    },
    retire: (Name, call) => call('scheduler', 'DeleteSchedule', { Name }),
  },
};
