import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { roleSession, servicePrincipal } from './aws.ts';
import { accessOf } from './authorize.ts';
import { startLocalCloud } from './testing/localCloud.ts';
import type { LocalCloud } from './testing/localCloud.ts';

let local: LocalCloud;
beforeAll(async () => {
  local = await startLocalCloud();
});
afterAll(() => local.stop());

describe('what IAM is asked about a call', () => {
  const account = 'eu-west-1:111122223333';
  it.each([
    ['s3', 'HeadObject', { Bucket: 'b', Key: 'k/l' }, 's3:GetObject', ['arn:aws:s3:::b/k/l']],
    ['s3', 'ListObjectsV2', { Bucket: 'b', Prefix: 'p' }, 's3:ListBucket', ['arn:aws:s3:::b']],
    ['s3', 'ListBuckets', {}, 's3:ListAllMyBuckets', []],
    ['kms', 'Decrypt', { KeyId: `arn:aws:kms:${account}:key/k` }, 'kms:Decrypt', [`arn:aws:kms:${account}:key/k`]],
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
    [
      'dynamodb',
      'TransactWriteItems',
      { TransactItems: [{ Put: { TableName: 't' } }] },
      'dynamodb:TransactWriteItems',
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
    ['redshift-data', 'ExecuteStatement', { Sql: 'SELECT 1' }, 'redshift-data:ExecuteStatement', []],
  ] as [string, string, Record<string, unknown>, string, string[]][])('%s %s', (...row) => {
    const [service, operation, input, action, resources] = row;
    expect(accessOf(local.cloud, { service, operation, input })).toEqual({ action, resources });
  });
});

describe('a call', () => {
  const asking = (caller: Parameters<typeof local.cloud.call>[3]) => local.cloud.call('s3', 'ListBuckets', {}, caller);

  it('of a role that exists, or of a service, goes through', async () => {
    await asking(roleSession('arn:aws:iam::111122223333:role/local-cloud-administrator', 'one'));
    await asking(servicePrincipal('events'));
  });

  it.each([
    roleSession('arn:aws:iam::111122223333:role/nobody', 'one'),
    roleSession('arn:aws:iam::999999999999:role/local-cloud-administrator', 'one'),
    { arn: 'arn:aws:iam::111122223333:user/somebody' },
  ])('of $arn is denied', async (caller) => {
    await expect(asking(caller)).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
  });

  it('is denied with the code and status of its protocol', async () => {
    const nobody = roleSession('arn:aws:iam::111122223333:role/nobody', 'one');
    const denied = (service: string, operation: string) => local.cloud.call(service, operation, {}, nobody);
    await expect(denied('sns', 'ListTopics')).rejects.toMatchObject({ code: 'AuthorizationError', status: 403 });
    await expect(denied('kms', 'ListKeys')).rejects.toMatchObject({ code: 'AccessDeniedException', status: 400 });
    await expect(denied('scheduler', 'ListSchedules')).rejects.toMatchObject({
      code: 'AccessDeniedException',
      status: 403,
    });
  });
});
