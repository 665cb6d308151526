import { describe, expect, it } from '@jest/globals';
import { account, allow, changed, found, policyDocument, ref, stackWith } from '../testing/templates.ts';
import { resourcePolicies } from './resourcePolicies.ts';

const policy = (Type: string, action: string) => ({
  Type,
  Properties: {
    PolicyDocument: policyDocument([
      allow(account, action),
      { ...allow('*', `${action.split(':')[0] ?? ''}:*`), Effect: 'Deny' },
    ]),
  },
});
const good = {
  Bucket: policy('AWS::S3::BucketPolicy', 's3:GetObject'),
  Queue: policy('AWS::SQS::QueuePolicy', 'sqs:SendMessage'),
  Topic: policy('AWS::SNS::TopicPolicy', 'sns:Publish'),
};
const first = (id: string, member: string) => `${id}.Properties.PolicyDocument.Statement.0.${member}`;

describe('the rules on policies of buckets, queues and topics', () => {
  it('find nothing where all is well; everybody may be denied everything', async () => {
    expect(await found(resourcePolicies, stackWith(good))).toEqual([]);
  });

  it.each(['Bucket', 'Queue', 'Topic'])('find a %s for everybody', async (id) => {
    const problem = [`policy-not-for-everybody: ${id}, statement policy/0: its principal is *`];
    expect(await found(resourcePolicies, stackWith(changed(good, first(id, 'Principal'), '*')))).toEqual(problem);
    expect(
      await found(resourcePolicies, stackWith(changed(good, first(id, 'Principal'), { AWS: ['1', '*'] }))),
    ).toEqual(problem);
  });

  it('find wildcards, and all but something', async () => {
    expect(await found(resourcePolicies, stackWith(changed(good, first('Queue', 'Action'), 'sqs:Send*')))).toEqual([
      'policy-without-wildcard-action: Queue, statement policy/0: it allows sqs:Send*',
    ]);
    const allBut = changed(changed(good, first('Queue', 'Action')), first('Queue', 'NotAction'), 'sqs:DeleteQueue');
    expect(await found(resourcePolicies, stackWith(allBut))).toEqual([
      'policy-without-wildcard-action: Queue, statement policy/0: it allows all but what NotAction names',
    ]);
  });

  it.each([
    ['queue', 'AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', 'Queues'],
    ['topic', 'AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', 'Topics'],
  ])('find two policies on one %s, of which the later wins', async (_, Type, PolicyType, member) => {
    const PolicyDocument = policyDocument([allow(account, 'sns:Publish')]);
    const on = { Type: PolicyType, Properties: { [member]: [ref('It')], PolicyDocument } };
    expect(await found(resourcePolicies, stackWith({ It: { Type, Properties: {} }, First: on }))).toEqual([]);
    expect(await found(resourcePolicies, stackWith({ It: { Type, Properties: {} }, First: on, Second: on }))).toEqual([
      'policy-is-the-only-one: It: several policies overwrite each other: First, Second',
    ]);
  });
});
