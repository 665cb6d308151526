import { describe, expect, it } from '@jest/globals';
import { accessesOf } from './access.ts';

describe('what IAM is asked about a call', () => {
  const account = 'eu-west-1:111122223333';
  it.each([
    ['s3', 'HeadObject', { Bucket: 'b', Key: 'k/l' }, 's3:GetObject', ['arn:aws:s3:::b/k/l']],
    ['s3', 'ListObjectsV2', { Bucket: 'b', Prefix: 'p' }, 's3:ListBucket', ['arn:aws:s3:::b']],
    ['s3', 'ListBuckets', {}, 's3:ListAllMyBuckets', []],
    ['kms', 'Decrypt', { KeyId: `arn:aws:kms:${account}:key/k` }, 'kms:Decrypt', [`arn:aws:kms:${account}:key/k`]],
    ['kms', 'ListAliases', { KeyId: 'k' }, 'kms:ListAliases', []],
    ['kms', 'GenerateDataKey', { KeyId: 'k' }, 'kms:GenerateDataKey', [`arn:aws:kms:${account}:key/k`]],
    [
      'ssm',
      'GetParameters',
      { Names: ['/a/b', 'c'] },
      'ssm:GetParameters',
      [`arn:aws:ssm:${account}:parameter/a/b`, `arn:aws:ssm:${account}:parameter/c`],
    ],
    ['iam', 'GetRole', { RoleName: 'r' }, 'iam:GetRole', ['arn:aws:iam::111122223333:role/r']],
    ['lambda', 'Invoke', { FunctionName: 'f' }, 'lambda:InvokeFunction', [`arn:aws:lambda:${account}:function:f`]],
    [
      'sqs',
      'SendMessageBatch',
      { QueueUrl: 'http://127.0.0.1:1/111122223333/q' },
      'sqs:SendMessage',
      [`arn:aws:sqs:${account}:q`],
    ],
    [
      'events',
      'PutEvents',
      { Entries: [{ EventBusName: 'own' }, {}] },
      'events:PutEvents',
      [`arn:aws:events:${account}:event-bus/own`, `arn:aws:events:${account}:event-bus/default`],
    ],
    ['events', 'DescribeRule', { Name: 'r' }, 'events:DescribeRule', [`arn:aws:events:${account}:rule/r`]],
    [
      'events',
      'ListTargetsByRule',
      { Rule: 'r', EventBusName: 'own' },
      'events:ListTargetsByRule',
      [`arn:aws:events:${account}:rule/own/r`],
    ],
    ['events', 'ListRules', { EventBusName: 'own' }, 'events:ListRules', []],
    [
      'events',
      'CreateArchive',
      { ArchiveName: 'a', EventSourceArn: `arn:aws:events:${account}:event-bus/own` },
      'events:CreateArchive',
      [`arn:aws:events:${account}:archive/a`, `arn:aws:events:${account}:event-bus/own`],
    ],
    [
      'events',
      'StartReplay',
      {
        ReplayName: 'r',
        EventSourceArn: `arn:aws:events:${account}:archive/a`,
        Destination: { Arn: `arn:aws:events:${account}:event-bus/own` },
      },
      'events:StartReplay',
      ['replay/r', 'archive/a', 'event-bus/own'].map((resource) => `arn:aws:events:${account}:${resource}`),
    ],
    [
      'dynamodb',
      'TransactWriteItems',
      { TransactItems: [{ Put: { TableName: 't' } }] },
      'dynamodb:PutItem',
      [`arn:aws:dynamodb:${account}:table/t`],
    ],
    [
      'states',
      'StartExecution',
      { stateMachineArn: 'arn:aws:states:m' },
      'states:StartExecution',
      ['arn:aws:states:m'],
    ],
    [
      'sagemaker',
      'CreateHyperParameterTuningJob',
      { HyperParameterTuningJobName: 'j' },
      'sagemaker:CreateHyperParameterTuningJob',
      [`arn:aws:sagemaker:${account}:hyper-parameter-tuning-job/j`],
    ],
    ['s3', 'GetObject', { Bucket: 'b', Key: 'k', VersionId: 'v' }, 's3:GetObjectVersion', ['arn:aws:s3:::b/k']],
    [
      'dynamodb',
      'Query',
      { TableName: 't', IndexName: 'i' },
      'dynamodb:Query',
      [`arn:aws:dynamodb:${account}:table/t/index/i`],
    ],
    [
      'sagemaker',
      'CreateTransformJob',
      { TransformJobName: 'j', ModelName: 'm' },
      'sagemaker:CreateTransformJob',
      [`arn:aws:sagemaker:${account}:transform-job/j`],
    ],
    ['redshift-data', 'ExecuteStatement', { Sql: 'SELECT 1' }, 'redshift-data:ExecuteStatement', []],
  ] as [string, string, Record<string, unknown>, string, string[]][])('%s %s', (...row) => {
    const [service, operation, input, action, resources] = row;
    const cloud = { account: '111122223333', region: 'eu-west-1' };
    expect(accessesOf(cloud, { service, operation, input })).toEqual(
      (resources.length === 0 ? ['*'] : resources).map((resource) => ({ action, resource })),
    );
  });
});
