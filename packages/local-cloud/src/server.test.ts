import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { S3Client, ListBucketsCommand, GetBucketCorsCommand } from '@aws-sdk/client-s3';
import { SSMClient, GetParameterCommand, ListDocumentsCommand } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { internally } from './aws.ts';
import { startLocalCloud, type LocalCloud } from './testing/localCloud.ts';

const ROLE = 'arn:aws:iam::111122223333:role/reader';
let local: LocalCloud;
beforeAll(async () => {
  local = await startLocalCloud({ parameters: { '/shop/name': 'corner' } });
  const trust = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: '111122223333' }, Action: 'sts:AssumeRole' },
  };
  const role = { RoleName: 'reader', AssumeRolePolicyDocument: JSON.stringify(trust) };
  await local.cloud.call('iam', 'CreateRole', role, internally('cloudformation'));
});
afterAll(() => local.stop());

/** A bare HTTP request, for what no SDK sends. */
const post = (headers: Record<string, string>, body = '{}') => fetch(local.endpoint, { method: 'POST', headers, body });

describe('callers', () => {
  it('are who their credentials say, over every protocol', async () => {
    const sts = new STSClient(local.clientConfig);
    const identity = await sts.send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe('arn:aws:sts::111122223333:assumed-role/local-cloud-administrator/bootstrap');
    const assumed = await sts.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'one' }));
    expect(assumed.Credentials?.Expiration?.getTime()).toBeGreaterThan(Date.now());
    const credentials = {
      accessKeyId: assumed.Credentials!.AccessKeyId!,
      secretAccessKey: assumed.Credentials!.SecretAccessKey!,
      sessionToken: assumed.Credentials!.SessionToken!,
    };
    const reader = new STSClient({ ...local.clientConfig, credentials });
    expect((await reader.send(new GetCallerIdentityCommand({}))).Arn).toBe(
      'arn:aws:sts::111122223333:assumed-role/reader/one',
    );
  });

  it('cannot assume a role that does not exist', async () => {
    const assuming = new STSClient(local.clientConfig).send(
      new AssumeRoleCommand({ RoleArn: `${ROLE}-not`, RoleSessionName: 'one' }),
    );
    await expect(assuming).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
  });

  it('are refused once their role is gone', async () => {
    const credentials = local.cloud.credentialsFor('arn:aws:iam::111122223333:role/never-made', 'x');
    const ssm = new SSMClient({ ...local.clientConfig, credentials });
    await expect(ssm.send(new GetParameterCommand({ Name: '/shop/name' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'User: arn:aws:sts::111122223333:assumed-role/never-made/x is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:eu-west-1:111122223333:parameter/shop/name because no identity-based policy allows the ssm:GetParameter action',
    });
    const s3 = new S3Client({ ...local.clientConfig, credentials });
    await expect(s3.send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  const unknown = ['UnrecognizedClientException', 'InvalidClientTokenId', 'InvalidAccessKeyId'];
  const mismatch = ['InvalidSignatureException', 'SignatureDoesNotMatch', 'SignatureDoesNotMatch'];
  it.each([
    ['an unknown key', { accessKeyId: 'ASIA0000000000000000' }, unknown],
    ['a token of another session', { sessionToken: 'other' }, unknown],
    ['a wrong secret', { secretAccessKey: 'guess' }, mismatch],
  ])('with %s are refused in the words of each protocol', async (_what, wrong, [json, query, xml]) => {
    const config = { ...local.clientConfig, credentials: { ...local.clientConfig.credentials, ...wrong } };
    const refused = (name: string | undefined) => ({ name, $metadata: { httpStatusCode: 403 } });
    const ssm = new SSMClient(config).send(new GetParameterCommand({ Name: 'x' }));
    await expect(ssm).rejects.toMatchObject(refused(json));
    await expect(new STSClient(config).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject(refused(query));
    await expect(new S3Client(config).send(new ListBucketsCommand({}))).rejects.toMatchObject(refused(xml));
  });

  it('work without their token too', async () => {
    const { accessKeyId, secretAccessKey } = local.clientConfig.credentials;
    const ssm = new SSMClient({ ...local.clientConfig, credentials: { accessKeyId, secretAccessKey } });
    await expect(ssm.send(new GetParameterCommand({ Name: '/shop/name' }))).resolves.toHaveProperty('Parameter');
  });

  it('of another region are refused', async () => {
    const ssm = new SSMClient({ ...local.clientConfig, region: 'us-east-1' });
    await expect(ssm.send(new GetParameterCommand({ Name: 'x' }))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
  });

  it('without a signature are refused', async () => {
    const response = await post({ 'x-amz-target': 'AmazonSSM.GetParameter' });
    expect([response.status, await response.json()]).toMatchObject([403, { __type: 'MissingAuthenticationToken' }]);
  });
});

describe('operations', () => {
  it('that are not supported are refused by name, over every protocol', async () => {
    const refusal = { name: 'NotImplemented', $metadata: { httpStatusCode: 501 } };
    await expect(new SSMClient(local.clientConfig).send(new ListDocumentsCommand({}))).rejects.toMatchObject({
      ...refusal,
      message: 'ssm:ListDocuments is not supported by the local cloud',
    });
    await expect(new STSClient(local.clientConfig).send(new GetSessionTokenCommand({}))).rejects.toMatchObject(refusal);
    await expect(
      new S3Client(local.clientConfig).send(new GetBucketCorsCommand({ Bucket: 'b' })),
    ).rejects.toMatchObject(refusal);
  });

  it('refuse a parameter they would have to ignore', async () => {
    const describing = new KMSClient(local.clientConfig).send(
      new DescribeKeyCommand({ KeyId: 'k', GrantTokens: ['t'] }),
    );
    await expect(describing).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('GrantTokens'),
    });
  });

  it('find the parameters of the configuration', async () => {
    const { Parameter } = await new SSMClient(local.clientConfig).send(new GetParameterCommand({ Name: '/shop/name' }));
    expect(Parameter).toMatchObject({ Value: 'corner', LastModifiedDate: expect.any(Date) });
  });
});
