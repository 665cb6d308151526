import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { CreateAliasCommand, CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startLocalCloud } from './testing/localCloud.ts';
import type { LocalCloud } from './testing/localCloud.ts';

let local: LocalCloud;
beforeAll(async () => {
  local = await startLocalCloud();
});
afterAll(() => local.stop());

describe('the wire', () => {
  it('tells a caller who it is', async () => {
    const sts = new STSClient(local.clientConfig);
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: '111122223333' });
  });
  it('keeps parameters', async () => {
    const ssm = new SSMClient(local.clientConfig);
    await ssm.send(new PutParameterCommand({ Name: '/a/b', Value: 'x', Type: 'String' }));
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: '/a/b' }));
    expect(Parameter?.Value).toBe('x');
    expect(Parameter?.LastModifiedDate).toBeInstanceOf(Date);
  });
  it('s3 roundtrip', async () => {
    const s3 = new S3Client(local.clientConfig);
    const kms = new KMSClient(local.clientConfig);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/x', TargetKeyId: KeyMetadata!.KeyId }));
    await s3.send(new CreateBucketCommand({ Bucket: 'bucket-one' }));
    const content = randomBytes(20_000_000);
    const put = await s3.send(new PutObjectCommand({ Bucket: 'bucket-one', Key: 'a b/c=d+é', Body: Readable.from([content]), ContentLength: content.length, ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KeyMetadata!.Arn! }));
    expect(put.SSEKMSKeyId).toBe(KeyMetadata!.Arn);
    const got = await s3.send(new GetObjectCommand({ Bucket: 'bucket-one', Key: 'a b/c=d+é' }));
    expect(Buffer.compare(Buffer.from(await got.Body!.transformToByteArray()), content)).toBe(0);
    const up = new Upload({ client: s3, params: { Bucket: 'bucket-one', Key: 'multi', Body: Readable.from(content) } });
    await up.done();
    const head = await s3.send(new HeadObjectCommand({ Bucket: 'bucket-one', Key: 'multi' }));
    expect(head.ContentLength).toBe(content.length);
    const range = await s3.send(new GetObjectCommand({ Bucket: 'bucket-one', Key: 'multi', Range: 'bytes=5242000-5243000' }));
    expect(Buffer.from(await range.Body!.transformToByteArray())).toEqual(content.subarray(5242000, 5243001));
    const list = await s3.send(new ListObjectsV2Command({ Bucket: 'bucket-one' }));
    expect(list.Contents?.map(({ Key }) => Key)).toEqual(['a b/c=d+é', 'multi']);
    await kms.send(new DisableKeyCommand({ KeyId: 'alias/x' })).catch((e) => expect(e.name).toBe('x'));
  });
});
