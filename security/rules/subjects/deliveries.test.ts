import { describe, expect, it } from '@jest/globals';
import {
  allow,
  attribute,
  changed,
  found,
  keyWith,
  policyDocument,
  ref,
  stackWith,
  sub,
} from '../testing/templates.ts';
import { deliveries } from './deliveries.ts';

const fromRule = { Condition: { ArnEquals: { 'aws:SourceArn': attribute('Rule') } } };
const ofAccount = { Condition: { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } } };
const services = { Service: ['events.amazonaws.com', 'cloudwatch.amazonaws.com', 'budgets.amazonaws.com'] };
const logGroups = sub('arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:*');
const good = {
  ...keyWith(
    'Key',
    'alias/regulabel-dev-messages',
    allow(services, ['kms:GenerateDataKey', 'kms:Decrypt']),
    allow(
      { Service: sub('logs.${AWS::Region}.amazonaws.com') },
      ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      { Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } } },
    ),
  ),
  Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'regulabel-dev-work', KmsMasterKeyId: ref('KeyAlias') } },
  DeadLetters: {
    Type: 'AWS::SQS::Queue',
    Properties: { QueueName: 'regulabel-dev-work-dlq', KmsMasterKeyId: ref('Key') },
  },
  QueuePolicy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [ref('Queue'), ref('DeadLetters')],
      PolicyDocument: policyDocument(
        allow({ Service: 'events.amazonaws.com' }, 'sqs:SendMessage', {
          Resource: [attribute('Queue'), attribute('DeadLetters')],
          ...fromRule,
        }),
      ),
    },
  },
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: 'regulabel-dev-work',
      EventBusName: 'regulabel-dev',
      Targets: [{ Id: 'queue', Arn: attribute('Queue'), DeadLetterConfig: { Arn: attribute('DeadLetters') } }],
    },
  },
  Topic: {
    Type: 'AWS::SNS::Topic',
    Properties: { TopicName: 'regulabel-dev-mlops', KmsMasterKeyId: attribute('Key') },
  },
  TopicPolicy: {
    Type: 'AWS::SNS::TopicPolicy',
    Properties: {
      Topics: [ref('Topic')],
      PolicyDocument: policyDocument(
        allow({ Service: ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'] }, 'sns:Publish', {
          Resource: ref('Topic'),
          ...ofAccount,
        }),
      ),
    },
  },
  Alarm: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: { AlarmName: 'regulabel-dev-dlq', AlarmActions: [ref('Topic')] },
  },
  Budget: {
    Type: 'AWS::Budgets::Budget',
    Properties: { NotificationsWithSubscribers: [{ Subscribers: [{ Address: ref('Topic') }] }] },
  },
  Schedule: {
    Type: 'AWS::Scheduler::Schedule',
    Properties: { Target: { DeadLetterConfig: { Arn: attribute('DeadLetters') } } },
  },
  Group: {
    Type: 'AWS::Logs::LogGroup',
    Properties: { LogGroupName: '/aws/lambda/regulabel-dev-x', KmsKeyId: attribute('Key') },
  },
};
const [fromQueues, fromTopics, keyUse, logUse] = [
  'QueuePolicy.Properties.PolicyDocument.Statement',
  'TopicPolicy.Properties.PolicyDocument.Statement',
  'Key.Properties.KeyPolicy.Statement.1',
  'Key.Properties.KeyPolicy.Statement.2',
];

describe('the rules on deliveries', () => {
  it('find nothing where all is well', async () => {
    expect(await found(deliveries, stackWith(good))).toEqual([]);
  });

  it.each([
    ['event-target-has-dead-letters: Rule, target queue', 'Rule.Properties.Targets.0.DeadLetterConfig', undefined],
    ['event-target-has-dead-letters: Schedule', 'Schedule.Properties.Target.DeadLetterConfig', undefined],
    ['delivery-allowed: Rule: .* deliver to .*-work-dlq', `${fromQueues}.Resource`, attribute('Queue')],
    [
      'delivery-allowed: Rule: .*:elsewhere is in none',
      'Rule.Properties.Targets.0.DeadLetterConfig.Arn',
      'arn:aws:sqs:x:1:elsewhere',
    ],
    [
      'delivery-allowed: Budget: budgets.amazonaws.com may not',
      `${fromTopics}.Principal.Service`,
      'cloudwatch.amazonaws.com',
    ],
    [
      'log-key-usable: Group: CloudWatch Logs may not kms:ReEncryptFrom, kms:ReEncryptTo',
      `${logUse}.Action`,
      ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'],
    ],
    ["log-key-usable: Group: .* another account's logs", `${logUse}.Condition`, undefined],
  ])('find %s', async (problem, path, value) => {
    const problems = await found(deliveries, stackWith(changed(good, path, value)));
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${problem}`))]);
  });

  it('find a queue that takes what any rule sends, of this account or of all', async () => {
    const { place } = stackWith(good);
    const byAccount = { StringEquals: { 'aws:SourceAccount': place.account } };
    expect(await found(deliveries, stackWith(changed(good, `${fromQueues}.Condition`, byAccount)))).toEqual(
      ['work', 'work-dlq'].map((queue) => expect.stringMatching(`queue-takes-its-rule-only: Rule: .*-${queue}$`)),
    );
    const open = await found(deliveries, stackWith(changed(good, `${fromQueues}.Condition`)));
    expect(open.filter((problem) => problem.startsWith('delivery-for-this-account-only: Rule'))).toHaveLength(2);
  });

  it('find a topic that takes alarms of other accounts', async () => {
    expect(await found(deliveries, stackWith(changed(good, `${fromTopics}.Condition`)))).toEqual([
      expect.stringMatching('^delivery-for-this-account-only: Alarm: cloudwatch'),
      expect.stringMatching('^delivery-for-this-account-only: Budget: budgets'),
    ]);
  });

  it('find a key that lets a service deliver nothing, by what it names or by what it asks', async () => {
    const none = await found(
      deliveries,
      stackWith(changed(good, `${keyUse}.Principal.Service`, 'cloudwatch.amazonaws.com')),
    );
    expect(none).toEqual([
      expect.stringMatching(
        '^delivery-key-usable: Rule: events.amazonaws.com may not kms:GenerateDataKey, kms:Decrypt with Key',
      ),
      expect.stringMatching('^delivery-key-usable: Rule: .*-work-dlq$'),
      expect.stringMatching('^delivery-key-usable: Budget: budgets'),
    ]);
    // What a service delivers for is not told to KMS.
    const narrowed = await found(deliveries, stackWith(changed(good, `${keyUse}.Condition`, ofAccount.Condition)));
    expect(narrowed).toHaveLength(4);
  });

  it('know topics of other stacks', async () => {
    const { Alarm, ...ingest } = good;
    const training = {
      Alarm: changed(Alarm, 'Properties.AlarmActions', [
        sub('arn:aws:sns:${AWS::Region}:${AWS::AccountId}:regulabel-dev-mlops'),
      ]),
    };
    expect(await found(deliveries, stackWith(ingest), stackWith(training, 'training'))).toEqual([]);
    expect(await found(deliveries, stackWith(training, 'training'))).toEqual([
      expect.stringContaining('delivery-allowed: Alarm'),
    ]);
  });
});
