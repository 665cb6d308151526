import { describe, expect, it } from '@jest/globals';
import { attribute, changed, found, keyWith, policyDocument, ref, stackWith } from '../testing/templates.ts';
import { queues } from './queues.ts';

const good = {
  ...keyWith('Key', 'alias/regulabel-dev-messages'),
  Queue: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: 'regulabel-dev-work',
      KmsMasterKeyId: ref('KeyAlias'),
      VisibilityTimeout: 180,
      RedrivePolicy: { deadLetterTargetArn: attribute('DeadLetters'), maxReceiveCount: 5 },
    },
  },
  DeadLetters: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: 'regulabel-dev-work-dlq',
      KmsMasterKeyId: attribute('Key'),
      MessageRetentionPeriod: 1209600,
    },
  },
  Policy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [ref('Queue'), ref('DeadLetters')],
      PolicyDocument: policyDocument([
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: [attribute('Queue'), attribute('DeadLetters')],
        },
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sqs:*',
          Resource: [attribute('Queue'), attribute('DeadLetters')],
          Condition: { Bool: { 'aws:SecureTransport': false } },
        },
      ]),
    },
  },
  Worker: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'regulabel-dev-work', Timeout: 30 } },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { FunctionName: attribute('Worker'), EventSourceArn: attribute('Queue') },
  },
};
const deny = 'Policy.Properties.PolicyDocument.Statement.1';

describe('the rules on queues', () => {
  it('find nothing where all is well', async () => {
    expect(await found(queues, stackWith(good))).toEqual([]);
  });

  it.each([
    ['queue-encrypted: Queue', 'Queue.Properties.KmsMasterKeyId', undefined],
    ['queue-encrypted: DeadLetters', 'DeadLetters.Properties.KmsMasterKeyId', 'alias/aws/sqs'],
    [
      'queue-has-dead-letters: Queue: a message is not tried 5 times',
      'Queue.Properties.RedrivePolicy.maxReceiveCount',
      3,
    ],
    [
      'queue-has-dead-letters: Queue: what nobody can handle',
      'Queue.Properties.RedrivePolicy.deadLetterTargetArn',
      'arn:aws:sqs:eu-west-1:111122223333:elsewhere',
    ],
    ['queue-has-dead-letters: DeadLetters: dead letters', 'DeadLetters.Properties.MessageRetentionPeriod', 345600],
    ['queue-tls-only: DeadLetters', `${deny}.Resource`, [attribute('Queue')]],
    ['queue-tls-only: Queue', `${deny}.Resource`, [attribute('DeadLetters')]],
    ['queue-outwaits-its-function: Mapping: messages of Queue come back after 180 s', 'Worker.Properties.Timeout', 31],
    [
      'queue-outwaits-its-function: Mapping: messages of Queue come back after 17 s',
      'Queue.Properties.VisibilityTimeout',
      17,
    ],
    ['queue-outwaits-its-function: Mapping: it joins no queue', 'Mapping.Properties.EventSourceArn', 'arn:elsewhere'],
  ])('find %s', async (problem, path, value) => {
    const problems = await found(queues, stackWith(changed(good, path, value)));
    expect(problems.filter((each) => each.startsWith(problem))).toHaveLength(1);
    expect(problems).toHaveLength(path.endsWith('deadLetterTargetArn') ? 2 : 1);
  });
});
