import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { internally, roleSession, servicePrincipal } from './aws.ts';
import { assumeRole } from './authorize.ts';
import { startLocalCloud, type LocalCloud } from './testing/localCloud.ts';
import { policy } from './testing/policies.ts';
import { permissionsOf } from './uses.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const roleArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;

let local: LocalCloud;
beforeAll(async () => {
  local = await startLocalCloud();
});
afterAll(() => local.stop());

const deploy = (service: string, operation: string, input: Record<string, unknown>) =>
  local.cloud.call(service, operation, input, internally('cloudformation'));
const allow = (Action: string | string[], Resource: string, Condition = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  Condition,
});

let number = 0;
/** A new role that may do this, and calls as its session. */
async function role(...statements: object[]) {
  const RoleName = `role-${++number}`;
  const trust = policy({ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' });
  await deploy('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument: trust });
  if (statements.length > 0)
    await deploy('iam', 'PutRolePolicy', { RoleName, PolicyName: 'own', PolicyDocument: policy(...statements) });
  return {
    arn: roleArn(RoleName),
    call: (service: string, operation: string, input: Record<string, unknown>) =>
      local.cloud.call(service, operation, input, roleSession(roleArn(RoleName), 'one')),
  };
}

async function key(...statements: object[]): Promise<string> {
  const { KeyMetadata } = await deploy('kms', 'CreateKey', { Policy: policy(...statements) });
  return (KeyMetadata as { Arn: string }).Arn;
}

const account = { AWS: `arn:aws:iam::${ACCOUNT}:root` };

describe('a role', () => {
  it('may do what its policies allow, and nothing else', async () => {
    const reader = await role(allow('s3:ListAllMyBuckets', '*'));
    await reader.call('s3', 'ListBuckets', {});
    await expect(reader.call('kms', 'ListKeys', {})).rejects.toThrow(
      `User: arn:aws:sts::${ACCOUNT}:assumed-role/role-1/one is not authorized to perform: kms:ListKeys on resource: * ` +
        'because no identity-based policy allows the kms:ListKeys action',
    );
    expect(await readFile(join(local.stateDir, 'local-cloud.log'), 'utf8')).toContain(
      `denied: User: arn:aws:sts::${ACCOUNT}:assumed-role/role-1/one is not authorized to perform: kms:ListKeys`,
    );
  });

  it('that does not exist, or is of another account, may do nothing', async () => {
    for (const arn of [roleArn('nobody'), 'arn:aws:iam::999999999999:role/local-cloud-administrator'])
      await expect(local.cloud.call('s3', 'ListBuckets', {}, roleSession(arn, 'one'))).rejects.toMatchObject({
        code: 'AccessDenied',
        status: 403,
      });
  });

  it('is denied with the code and status of the protocol', async () => {
    const nobody = await role();
    await expect(nobody.call('sns', 'ListTopics', {})).rejects.toMatchObject({
      code: 'AuthorizationError',
      status: 403,
    });
    await expect(nobody.call('scheduler', 'ListSchedules', {})).rejects.toMatchObject({
      code: 'AccessDeniedException',
      status: 403,
    });
  });

  it('reads a bucket only as far as the prefix that its policy names', async () => {
    await deploy('s3', 'CreateBucket', { Bucket: 'prefixes' });
    const reader = await role(allow('s3:ListBucket', 'arn:aws:s3:::prefixes', { StringLike: { 's3:prefix': 'a/*' } }));
    await reader.call('s3', 'ListObjectsV2', { Bucket: 'prefixes', Prefix: 'a/b' });
    const others = reader.call('s3', 'ListObjectsV2', { Bucket: 'prefixes', Prefix: 'b/' });
    await expect(others).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it('puts only the events of its own source', async () => {
    const bus = `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/default`;
    const producer = await role(allow('events:PutEvents', bus, { StringEquals: { 'events:source': 'own' } }));
    const put = (...sources: string[]) =>
      producer.call('events', 'PutEvents', {
        Entries: sources.map((Source) => ({ Source, DetailType: 'x', Detail: '{}' })),
      });
    await put('own');
    await expect(put('own', 'other')).rejects.toMatchObject({ code: 'AccessDeniedException' });
  });

  it('needs every action that a transaction holds', async () => {
    const table = `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/t`;
    const writer = await role(allow('dynamodb:PutItem', table));
    const TransactItems = [{ Put: { TableName: 't', Item: {} } }, { ConditionCheck: { TableName: 't' } }];
    await expect(writer.call('dynamodb', 'TransactWriteItems', { TransactItems })).rejects.toThrow(
      'dynamodb:ConditionCheckItem',
    );
  });
});

describe('a key', () => {
  const contexts = (arn: string) => ({ StringLike: { 'kms:EncryptionContext:aws:s3:arn': arn } });

  it('opens objects for whom its policy and IAM let in, under the context that they name, through S3', async () => {
    await deploy('s3', 'CreateBucket', { Bucket: 'sealed' });
    const readable = { ...allow('kms:Decrypt', '*', contexts('arn:aws:s3:::sealed/open/*')), Principal: account };
    const KMSMasterKeyID = await key({ ...allow('kms:GenerateDataKey', '*'), Principal: account }, readable);
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID } }];
    await deploy('s3', 'PutBucketEncryption', { Bucket: 'sealed', ServerSideEncryptionConfiguration: { Rules } });
    const through = { StringEquals: { 'kms:ViaService': `s3.${REGION}.amazonaws.com` } };
    const both = await role(
      allow(['s3:PutObject', 's3:GetObject'], 'arn:aws:s3:::sealed/*'),
      allow(['kms:GenerateDataKey', 'kms:Decrypt'], KMSMasterKeyID, through),
    );
    for (const Key of ['open/a', 'shut/a']) await both.call('s3', 'PutObject', { Bucket: 'sealed', Key, Body: 'text' });
    await both.call('s3', 'GetObject', { Bucket: 'sealed', Key: 'open/a' });
    await expect(both.call('s3', 'GetObject', { Bucket: 'sealed', Key: 'shut/a' })).rejects.toMatchObject({
      code: 'AccessDenied',
    });
    await expect(both.call('kms', 'GenerateDataKey', { KeyId: KMSMasterKeyID, KeySpec: 'AES_256' })).rejects.toThrow(
      'no identity-based policy',
    );
    const withoutKey = await role(allow('s3:GetObject', 'arn:aws:s3:::sealed/*'));
    await expect(withoutKey.call('s3', 'GetObject', { Bucket: 'sealed', Key: 'open/a' })).rejects.toThrow(
      'kms:Decrypt',
    );
  });

  it('is known by its aliases', async () => {
    const arn = await key({ ...allow('kms:*', '*'), Principal: account });
    await deploy('kms', 'CreateAlias', { AliasName: 'alias/known', TargetKeyId: arn });
    const named = { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/known' } };
    const user = await role(allow('kms:DescribeKey', `arn:aws:kms:${REGION}:${ACCOUNT}:key/*`, named));
    await user.call('kms', 'DescribeKey', { KeyId: arn });
    await user.call('kms', 'DescribeKey', { KeyId: 'alias/known' });
    const other = await key({ ...allow('kms:*', '*'), Principal: account });
    await expect(user.call('kms', 'DescribeKey', { KeyId: other })).rejects.toThrow('not authorized');
  });

  it('of a queue has to let in whoever sends and whoever receives', async () => {
    const KmsMasterKeyId = await key({ ...allow('kms:*', '*'), Principal: account });
    await deploy('sqs', 'CreateQueue', { QueueName: 'sealed', Attributes: { KmsMasterKeyId } });
    const queue = `arn:aws:sqs:${REGION}:${ACCOUNT}:sealed`;
    const QueueUrl = `http://127.0.0.1/${ACCOUNT}/sealed`;
    const sender = await role(allow(['sqs:SendMessage', 'sqs:ReceiveMessage'], queue), allow('kms:Decrypt', '*'));
    await expect(sender.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'x' })).rejects.toMatchObject({
      code: 'KmsAccessDenied',
    });
    await sender.call('sqs', 'ReceiveMessage', { QueueUrl });
    const receiver = await role(allow('sqs:ReceiveMessage', queue));
    await expect(receiver.call('sqs', 'ReceiveMessage', { QueueUrl })).rejects.toMatchObject({
      code: 'KmsAccessDenied',
    });
  });
});

describe('a service that acts for itself', () => {
  it('needs the policy of what it calls, for the resource that it acts for', async () => {
    const QueueUrl = `http://127.0.0.1/${ACCOUNT}/delivered`;
    const Resource = `arn:aws:sqs:${REGION}:${ACCOUNT}:delivered`;
    const rule = `arn:aws:events:${REGION}:${ACCOUNT}:rule/known`;
    const Condition = { ArnEquals: { 'aws:SourceArn': rule } };
    const statement = {
      ...allow('sqs:SendMessage', Resource, Condition),
      Principal: { Service: 'events.amazonaws.com' },
    };
    await deploy('sqs', 'CreateQueue', { QueueName: 'delivered', Attributes: { Policy: policy(statement) } });
    const send = (caller: Parameters<typeof local.cloud.call>[3]) =>
      local.cloud.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'x' }, caller);
    await send(servicePrincipal('events', rule));
    for (const other of [
      servicePrincipal('events', `${rule}2`),
      servicePrincipal('events'),
      servicePrincipal('sns', rule),
    ])
      await expect(send(other)).rejects.toMatchObject({ code: 'AccessDeniedException' });
  });
});

describe('whoever starts a job', () => {
  it('has to be allowed to hand the role over, to that service', async () => {
    const worker = await role();
    const job = { ProcessingJobName: 'j', RoleArn: worker.arn };
    const create = allow('sagemaker:CreateProcessingJob', '*');
    const starter = await role(create);
    await expect(starter.call('sagemaker', 'CreateProcessingJob', job)).rejects.toThrow(
      `iam:PassRole on resource: ${worker.arn}`,
    );
    const to = (service: string) => ({ StringEquals: { 'iam:PassedToService': `${service}.amazonaws.com` } });
    const elsewhere = await role(create, allow('iam:PassRole', worker.arn, to('lambda')));
    await expect(elsewhere.call('sagemaker', 'CreateProcessingJob', job)).rejects.toThrow('iam:PassRole');
    const allowed = await role(create, allow('iam:PassRole', worker.arn, to('sagemaker')));
    // What it has to say next is about the request itself.
    await expect(allowed.call('sagemaker', 'CreateProcessingJob', job)).rejects.toMatchObject({
      code: expect.not.stringContaining('AccessDenied'),
    });
  });
});

describe('a role is taken on', () => {
  const trusting = async (Principal: object, Condition = {}): Promise<string> => {
    const RoleName = `role-${++number}`;
    const statement = { Effect: 'Allow', Principal, Action: 'sts:AssumeRole', Condition };
    await deploy('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument: policy(statement) });
    return roleArn(RoleName);
  };
  const denied = (who: string, arn: string) => ({
    code: 'AccessDenied',
    message: `User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
  });

  it('by the service that it trusts, for a resource of its account', async () => {
    const arn = await trusting(
      { Service: 'sagemaker.amazonaws.com' },
      { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
    );
    const job = `arn:aws:sagemaker:${REGION}:${ACCOUNT}:processing-job/j`;
    const as = (service: string, source?: string) =>
      assumeRole(local.cloud, servicePrincipal(service, source), { arn, sessionName: 'one' });
    expect(await as('sagemaker', job)).toEqual(roleSession(arn, 'one'));
    await expect(as('sagemaker')).rejects.toMatchObject(denied('sagemaker.amazonaws.com', arn));
    await expect(as('lambda', job)).rejects.toMatchObject(denied('lambda.amazonaws.com', arn));
  });

  it('by a role that it names, or that its account lets', async () => {
    const assume = allow('sts:AssumeRole', '*');
    const [plain, assumer] = [await role(), await role(assume)];
    const input = (RoleArn: string) => ({ RoleArn, RoleSessionName: 'one' });
    const naming = await trusting({ AWS: plain.arn });
    await plain.call('sts', 'AssumeRole', input(naming));
    const session = `arn:aws:sts::${ACCOUNT}:assumed-role/${assumer.arn.split('/').at(-1) ?? ''}/one`;
    await expect(assumer.call('sts', 'AssumeRole', input(naming))).rejects.toMatchObject(denied(session, naming));
    const delegating = await trusting(account);
    await assumer.call('sts', 'AssumeRole', input(delegating));
    await expect(plain.call('sts', 'AssumeRole', input(delegating))).rejects.toMatchObject({ code: 'AccessDenied' });
  });
});

describe('an object that is not there', () => {
  it('is told only to who may list its bucket', async () => {
    await deploy('s3', 'CreateBucket', { Bucket: 'secretive' });
    const bucket = 'arn:aws:s3:::secretive';
    const reader = await role(allow('s3:GetObject', `${bucket}/*`));
    const lister = await role(allow('s3:GetObject', `${bucket}/*`), allow('s3:ListBucket', bucket));
    for (const operation of ['GetObject', 'HeadObject']) {
      const input = { Bucket: 'secretive', Key: 'none' };
      await expect(reader.call('s3', operation, input)).rejects.toMatchObject({
        code: 'AccessDenied',
        status: 403,
        message: expect.stringContaining(`s3:ListBucket on resource: ${bucket} because no identity-based policy`),
      });
      await expect(lister.call('s3', operation, input)).rejects.toMatchObject({ code: 'NoSuchKey' });
    }
  });
});

describe('permissions that no call needed', () => {
  it('are told by statement and action as the policy names them', async () => {
    const user = await role(
      { ...allow(['s3:ListAllMyBuckets', 's3:Put*', 'kms:*'], '*'), Sid: 'Mixed' },
      { ...allow('s3:DeleteObject', '*'), Effect: 'Deny' },
      allow(['kms:ListKeys', 'sns:ListTopics'], '*'),
    );
    const unused = () =>
      permissionsOf(local.cloud.store).filter(({ role: name, needed }) => user.arn.endsWith(`/${name}`) && !needed);
    const shown = () => unused().map(({ policy: name, statement, action }) => [name, statement, action].join(' '));
    expect(shown()).toEqual([
      'own Mixed s3:ListAllMyBuckets',
      'own Mixed s3:Put*',
      'own Mixed kms:*',
      'own 2 kms:ListKeys',
      'own 2 sns:ListTopics',
    ]);
    await user.call('kms', 'ListKeys', {});
    await user.call('s3', 'ListBuckets', {});
    await expect(user.call('s3', 'DeleteObject', { Bucket: 'secretive', Key: 'k' })).rejects.toThrow('explicit deny');
    // Two statements allow the listing of keys: without either of them the other does.
    expect(shown()).toEqual(['own Mixed s3:Put*', 'own Mixed kms:*', 'own 2 kms:ListKeys', 'own 2 sns:ListTopics']);
    await expect(user.call('kms', 'ListAliases', {})).resolves.toBeDefined();
    expect(shown()).toEqual(['own Mixed s3:Put*', 'own 2 kms:ListKeys', 'own 2 sns:ListTopics']);
  });
});
