import { arnOf } from '../aws.ts';
import { asText, unless, type ResourceType } from './resourceType.ts';

/** Types that carry messages and events, and decide when. */
export const messagingTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::SQS::Queue': {
    acts: ['QueueName', 'KmsMasterKeyId', 'MessageRetentionPeriod', 'RedrivePolicy', 'VisibilityTimeout'],
    async deploy({ QueueName: given, ...attributes }, { name, place, call }) {
      const QueueName = name(given);
      const { QueueUrl } = await call('sqs', 'CreateQueue', { QueueName });
      const Attributes = Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, asText(value)]));
      await call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes });
      return { ref: asText(QueueUrl), attributes: { Arn: arnOf(place, 'sqs', QueueName), QueueName } };
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
  'AWS::Events::EventBus': {
    acts: ['Name'],
    async deploy(bus, { place, call }) {
      await unless('ResourceAlreadyExistsException', call('events', 'CreateEventBus', bus));
      const Name = asText(bus['Name']);
      return { ref: Name, attributes: { Name, Arn: arnOf(place, 'events', `event-bus/${Name}`) } };
    },
  },
  'AWS::Events::Rule': {
    acts: ['Name', 'EventBusName', 'EventPattern', 'State', 'Targets'],
    async deploy({ Name: given, EventBusName = 'default', EventPattern, Targets = [], ...rule }, { name, call }) {
      const Name = name(given);
      const pattern = { EventPattern: asText(EventPattern) };
      const { RuleArn } = await call('events', 'PutRule', { ...rule, ...pattern, Name, EventBusName });
      if ((Targets as unknown[]).length > 0) await call('events', 'PutTargets', { Rule: Name, EventBusName, Targets });
      const ref = EventBusName === 'default' ? Name : `${asText(EventBusName)}|${Name}`;
      return { ref, attributes: { Arn: asText(RuleArn) } };
    },
    async retire(ref, call) {
      const [Name = '', EventBusName = 'default'] = ref.split('|').reverse().slice(0, 2);
      const { EventPattern } = await call('events', 'DescribeRule', { Name, EventBusName });
      await call('events', 'PutRule', { Name, EventBusName, EventPattern, State: 'DISABLED' });
    },
  },
  'AWS::Events::Archive': {
    acts: ['ArchiveName', 'SourceArn', 'EventPattern', 'RetentionDays', 'KmsKeyIdentifier'],
    async deploy({ ArchiveName: given, SourceArn: EventSourceArn, ...archive }, { name, call }) {
      const ArchiveName = name(given);
      const { EventPattern = '', RetentionDays = 0, KmsKeyIdentifier = '' } = archive;
      const settings = { ArchiveName, EventPattern: asText(EventPattern), RetentionDays, KmsKeyIdentifier };
      const creation = call('events', 'CreateArchive', { ...settings, EventSourceArn });
      const created = await unless('ResourceAlreadyExistsException', creation);
      const { ArchiveArn } = created ?? (await call('events', 'UpdateArchive', settings));
      return { ref: ArchiveName, attributes: { Arn: asText(ArchiveArn) } };
    },
    retire: (ArchiveName, call) => call('events', 'DeleteArchive', { ArchiveName }),
  },
  'AWS::Scheduler::Schedule': {
    acts: ['Name', 'ScheduleExpression', 'ScheduleExpressionTimezone', 'State', 'Target', 'FlexibleTimeWindow'],
    async deploy(properties, { name, call }) {
      const schedule = { ...properties, Name: name(properties['Name']) };
      const created = await unless('ConflictException', call('scheduler', 'CreateSchedule', schedule));
      const { ScheduleArn } = created ?? (await call('scheduler', 'UpdateSchedule', schedule));
      return { ref: schedule.Name, attributes: { Arn: asText(ScheduleArn) } };
    },
    retire: (Name, call) => call('scheduler', 'DeleteSchedule', { Name }),
  },
};
