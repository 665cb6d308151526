import { describe, expect, it } from '@jest/globals';
import { account, attribute, changed, found, keyWith, policyDocument, ref, stackWith } from '../testing/templates.ts';
import { topics } from './topics.ts';

const good = {
  ...keyWith('Key', 'alias/regulabel-dev-messages'),
  Topic: {
    Type: 'AWS::SNS::Topic',
    Properties: { TopicName: 'regulabel-dev-mlops', KmsMasterKeyId: attribute('Key') },
  },
  Policy: {
    Type: 'AWS::SNS::TopicPolicy',
    Properties: {
      Topics: [ref('Topic')],
      PolicyDocument: policyDocument([
        { Effect: 'Allow', Principal: account, Action: 'sns:Publish', Resource: ref('Topic') },
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sns:Publish',
          Resource: ref('Topic'),
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ]),
    },
  },
};

describe('the rules on topics', () => {
  it('find nothing where all is well', async () => {
    expect(await found(topics, stackWith(good))).toEqual([]);
  });

  it.each([
    ['topic-encrypted: Topic', 'Topic.Properties.KmsMasterKeyId', 'alias/aws/sns'],
    [
      'topic-tls-only: Topic',
      'Policy.Properties.PolicyDocument.Statement.1.Condition.Bool',
      { 'aws:SecureTransport': true },
    ],
  ])('find %s', async (problem, path, value) => {
    const problems = await found(topics, stackWith(changed(good, path, value)));
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });
});
