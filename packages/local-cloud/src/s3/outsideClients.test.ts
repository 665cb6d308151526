import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketTaggingCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { ListObjectVersionsOutput } from '@aws-sdk/client-s3';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { internally, type Input } from '../aws.ts';
import { eventually } from '../testing/embeddedServices.ts';
import { startLocalCloud, type LocalCloud } from '../testing/localCloud.ts';

let local: LocalCloud;
let s3: S3Client;
beforeAll(async () => {
  local = await startLocalCloud();
  s3 = new S3Client(local.clientConfig);
});
afterAll(() => local.stop());

const deployed = (operation: string, input: Input) =>
  local.cloud.call('s3', operation, input, internally('cloudformation'));
const bucket = async (versioned = false): Promise<string> => {
  const Bucket = `bucket-${randomBytes(6).toString('hex')}`;
  await deployed('CreateBucket', { Bucket });
  const VersioningConfiguration = { Status: 'Enabled' };
  if (versioned) await deployed('PutBucketVersioning', { Bucket, VersioningConfiguration });
  return Bucket;
};
const put = (Bucket: string, Key: string, Body: string | Buffer, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Bucket: string, Key: string, more: object = {}): Promise<string> =>
  (await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body!.transformToString();
const files = () => readdir(join(local.stateDir, 's3'));
const refused = (name: string, httpStatusCode: number) => ({ name, $metadata: { httpStatusCode } });

describe('deleted objects', () => {
  it('are gone for good where no versions are kept, as often as that is asked', async () => {
    const Bucket = await bucket();
    const before = (await files()).length;
    await put(Bucket, 'k', 'x');
    const deleting = () => s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect((await deleting()).$metadata.httpStatusCode).toBe(204);
    expect((await deleting()).$metadata.httpStatusCode).toBe(204);
    await expect(get(Bucket, 'k')).rejects.toMatchObject(refused('NoSuchKey', 404));
    expect((await files()).length).toBe(before);
  });

  it('are hidden by a marker where versions are kept, and come back without it', async () => {
    const Bucket = await bucket(true);
    const { VersionId } = await put(Bucket, 'k', 'x');
    const marker = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(marker).toMatchObject({ DeleteMarker: true, VersionId: expect.any(String) });
    await expect(get(Bucket, 'k')).rejects.toMatchObject(refused('NoSuchKey', 404));
    await expect(get(Bucket, 'k', { VersionId: marker.VersionId })).rejects.toMatchObject(
      refused('MethodNotAllowed', 405),
    );
    expect(await get(Bucket, 'k', { VersionId })).toBe('x');
    await put(Bucket, 'k', 'never', { IfNoneMatch: '*' });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    const { DeleteMarkers, Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    expect(DeleteMarkers!.map(({ IsLatest }) => IsLatest)).toEqual([true, false]);
    expect(Versions).toMatchObject([
      { IsLatest: false, Size: 5 },
      { VersionId, Size: 1 },
    ]);
    const Objects = [...DeleteMarkers!, Versions![0]!].map((each) => ({ Key: 'k', VersionId: each.VersionId }));
    const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted!.map(({ DeleteMarker }) => DeleteMarker)).toEqual([true, true, undefined]);
    expect(await get(Bucket, 'k')).toBe('x');
  });

  it('may be many at once, whatever their names', async () => {
    const Bucket = await bucket();
    const names = ['a b', 'c&d<e>', 'f\u0001\r\ng', 'ü/😀'];
    for (const name of names) await put(Bucket, name, 'x');
    const Delete = { Objects: [...names, 'never'].map((Key) => ({ Key })) };
    const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete }));
    expect(Deleted!.map(({ Key }) => Key)).toEqual([...names, 'never']);
    expect((await s3.send(new ListObjectsCommand({ Bucket }))).Contents).toBeUndefined();
  });
});

describe('conditions', () => {
  it('of reads answer 304 and 412', async () => {
    const Bucket = await bucket();
    const { ETag } = await put(Bucket, 'k', 'x');
    const [past, future] = [new Date(0), new Date(Date.now() + 60_000)];
    for (const more of [{ IfNoneMatch: ETag }, { IfModifiedSince: future }]) {
      const head = s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ...more }));
      await expect(head).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
      await expect(get(Bucket, 'k', more)).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    }
    for (const more of [{ IfMatch: '"x"' }, { IfUnmodifiedSince: past }])
      await expect(get(Bucket, 'k', more)).rejects.toMatchObject(refused('PreconditionFailed', 412));
    for (const more of [
      { IfMatch: ETag, IfUnmodifiedSince: past },
      { IfNoneMatch: '"x"', IfModifiedSince: future },
    ])
      expect(await get(Bucket, 'k', more)).toBe('x');
  });

  it('of writes replace only the object they name', async () => {
    const Bucket = await bucket();
    await expect(put(Bucket, 'k', 'x', { IfMatch: '"x"' })).rejects.toMatchObject(refused('NoSuchKey', 404));
    const { ETag } = await put(Bucket, 'k', 'one');
    await put(Bucket, 'k', 'two', { IfMatch: ETag });
    await expect(put(Bucket, 'k', 'x', { IfMatch: ETag })).rejects.toMatchObject(refused('PreconditionFailed', 412));
    expect(await get(Bucket, 'k')).toBe('two');
  });
});

describe('copies', () => {
  it('bring bytes and description along, or take another description', async () => {
    const [from, to] = [await bucket(true), await bucket()];
    const old = await put(from, 'a b+ü', 'old', { ContentType: 'text/plain', Metadata: { by: 'hand' } });
    await put(from, 'a b+ü', 'new');
    const CopySource = `${from}/${encodeURIComponent('a b+ü')}?versionId=${old.VersionId ?? ''}`;
    const copied = await s3.send(new CopyObjectCommand({ Bucket: to, Key: 'k', CopySource }));
    expect(copied).toMatchObject({ CopySourceVersionId: old.VersionId, CopyObjectResult: { ETag: old.ETag } });
    expect(copied.CopyObjectResult!.LastModified).toBeInstanceOf(Date);
    const head = await s3.send(new HeadObjectCommand({ Bucket: to, Key: 'k' }));
    expect(head).toMatchObject({ ContentType: 'text/plain', Metadata: { by: 'hand' }, ContentLength: 3 });
    const itself = { Bucket: to, Key: 'k', CopySource: `${to}/k` };
    await expect(s3.send(new CopyObjectCommand(itself))).rejects.toMatchObject(refused('InvalidRequest', 400));
    const replaced = { ...itself, MetadataDirective: 'REPLACE', ContentType: 'text/csv' } as const;
    await s3.send(new CopyObjectCommand(replaced));
    const again = await s3.send(new GetObjectCommand({ Bucket: to, Key: 'k' }));
    expect([again.ContentType, again.Metadata, await again.Body!.transformToString()]).toEqual(['text/csv', {}, 'old']);
    const unless = { ...replaced, CopySourceIfNoneMatch: '*' };
    await expect(s3.send(new CopyObjectCommand(unless))).rejects.toMatchObject(refused('PreconditionFailed', 412));
    const nothing = { ...itself, CopySource: `${to}/nothing` };
    await expect(s3.send(new CopyObjectCommand(nothing))).rejects.toMatchObject(refused('NoSuchKey', 404));
  });
});

describe('multipart uploads', () => {
  const begin = async (Bucket: string, more: object = {}) => {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k', ...more }));
    const at = { Bucket, Key: 'k', UploadId: UploadId! };
    const part = async (PartNumber: number, Body: Buffer) => {
      const { ETag } = await s3.send(new UploadPartCommand({ ...at, PartNumber, Body }));
      return { PartNumber, ETag };
    };
    const complete = (Parts: { PartNumber: number; ETag?: string | undefined }[], conditions: object = {}) =>
      s3.send(new CompleteMultipartUploadCommand({ ...at, MultipartUpload: { Parts }, ...conditions }));
    return { at, part, complete };
  };
  const MIB = 1024 * 1024;

  it('become one object of their parts, in order of number, readable whole and in ranges', async () => {
    const Bucket = await bucket();
    const before = (await files()).length;
    const { at, part, complete } = await begin(Bucket, { ContentType: 'text/plain', Metadata: { made: 'so' } });
    const [one, two, last] = [randomBytes(5 * MIB), randomBytes(20 * MIB), randomBytes(7)] as const;
    const third = await part(10, last);
    await part(2, randomBytes(100));
    const parts = [await part(1, one), await part(2, two), third];
    await part(7, Buffer.from('not wanted'));
    const listed = await s3.send(new ListPartsCommand({ ...at, MaxParts: 2 }));
    expect(listed).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2', Parts: [{}, { Size: 20 * MIB }] });
    const rest = await s3.send(new ListPartsCommand({ ...at, PartNumberMarker: '2' }));
    expect(rest.Parts!.map(({ PartNumber }) => PartNumber)).toEqual([7, 10]);
    const uploads = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(uploads.Uploads).toMatchObject([{ Key: 'k', UploadId: at.UploadId, Initiated: expect.any(Date) }]);
    await expect(get(Bucket, 'k')).rejects.toMatchObject(refused('NoSuchKey', 404));

    const { ETag } = await complete(parts);
    const whole = Buffer.concat([one, two, last]);
    const digests = [one, two, last].map((bytes) => createHash('md5').update(bytes).digest());
    expect(ETag).toBe(`"${createHash('md5').update(Buffer.concat(digests)).digest('hex')}-3"`);
    const { Body, ...head } = await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    expect(head).toMatchObject({ ETag, ContentType: 'text/plain', Metadata: { made: 'so' } });
    expect(whole.equals(await Body!.transformToByteArray())).toBe(true);
    for (const [first, end] of [
      [5 * MIB - 3, 5 * MIB + 3],
      [21 * MIB - 1, whole.length],
    ] as const) {
      const range = { Bucket, Key: 'k', Range: `bytes=${first}-${end - 1}` };
      const bytes = await (await s3.send(new GetObjectCommand(range))).Body!.transformToByteArray();
      expect(whole.subarray(first, end).equals(bytes)).toBe(true);
    }
    const attributes = new GetObjectAttributesCommand({
      ...at,
      ObjectAttributes: ['ETag', 'ObjectParts', 'ObjectSize'],
    });
    expect(await s3.send(attributes)).toMatchObject({
      ...{ ETag: ETag!.replaceAll('"', ''), ObjectSize: whole.length, ObjectParts: { TotalPartsCount: 3 } },
    });
    // 20 MiB lie in two files; the parts that were replaced or left out are gone.
    expect((await files()).length).toBe(before + 4);
    await expect(complete(parts)).rejects.toMatchObject(refused('NoSuchUpload', 404));
  });

  it('refuse parts that are missing, out of order or too small, and conditions that do not hold', async () => {
    const Bucket = await bucket();
    const { part, complete } = await begin(Bucket);
    const [one, two] = [await part(1, Buffer.from('small')), await part(2, Buffer.from('last'))];
    await expect(complete([two, one])).rejects.toMatchObject(refused('InvalidPartOrder', 400));
    await expect(complete([one, { ...two, ETag: '"x"' }])).rejects.toMatchObject(refused('InvalidPart', 400));
    await expect(complete([one, { PartNumber: 3, ETag: '"x"' }])).rejects.toMatchObject(refused('InvalidPart', 400));
    await expect(complete([one, two])).rejects.toMatchObject(refused('EntityTooSmall', 400));
    await put(Bucket, 'k', 'there');
    await expect(complete([two], { IfNoneMatch: '*' })).rejects.toMatchObject(refused('PreconditionFailed', 412));
    await complete([two]);
    expect(await get(Bucket, 'k')).toBe('last');
  });

  it('leave nothing when they are aborted', async () => {
    const Bucket = await bucket();
    const before = (await files()).length;
    const { at, part } = await begin(Bucket);
    await part(1, Buffer.from('x'));
    await s3.send(new AbortMultipartUploadCommand(at));
    expect((await files()).length).toBe(before);
    await expect(part(2, Buffer.from('x'))).rejects.toMatchObject(refused('NoSuchUpload', 404));
    await expect(s3.send(new AbortMultipartUploadCommand(at))).rejects.toMatchObject(refused('NoSuchUpload', 404));
    expect((await files()).length).toBe(before);
  });

  it('take parts of other objects', async () => {
    const Bucket = await bucket();
    await put(Bucket, 'source', '0123456789');
    const { at, complete } = await begin(Bucket);
    const part = { ...at, PartNumber: 1, CopySource: `${Bucket}/source`, CopySourceRange: 'bytes=2-4' };
    const { CopyPartResult } = await s3.send(new UploadPartCopyCommand(part));
    await complete([{ PartNumber: 1, ETag: CopyPartResult!.ETag }]);
    expect(await get(Bucket, 'k')).toBe('234');
  });

  it('are encrypted from their first part on, under the key of the bucket', async () => {
    const Bucket = await bucket();
    const { KeyMetadata } = await new KMSClient(local.clientConfig).send(new CreateKeyCommand({}));
    const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KeyMetadata!.Arn } };
    await deployed('PutBucketEncryption', { Bucket, ServerSideEncryptionConfiguration: { Rules: [rule] } });
    const known = new Set(await files());
    const { part, complete } = await begin(Bucket);
    const parts = [await part(1, Buffer.from('nobody reads this'))];
    for (const file of await files())
      if (!known.has(file)) expect(String(await readFile(join(local.stateDir, 's3', file)))).not.toContain('nobody');
    expect(await complete(parts)).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KeyMetadata!.Arn });
    expect(await get(Bucket, 'k')).toBe('nobody reads this');
  });

  it('go on after a restart', async () => {
    const own = await startLocalCloud({}, join(local.stateDir, 'own'));
    const at = { Bucket: 'lasting', Key: 'k' };
    await own.cloud.call('s3', 'CreateBucket', { Bucket: at.Bucket }, internally('cloudformation'));
    const first = new S3Client(own.clientConfig);
    const { UploadId } = await first.send(new CreateMultipartUploadCommand(at));
    const { ETag } = await first.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: 'kept' }));
    await own.stop();
    const again = await startLocalCloud({}, join(local.stateDir, 'own'));
    const second = new S3Client(again.clientConfig);
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await second.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload }));
    expect(await (await second.send(new GetObjectCommand(at))).Body!.transformToString()).toBe('kept');
    await again.stop();
  });
});

describe('EventBridge', () => {
  it('hears how an object was made, and of its end', async () => {
    const Bucket = await bucket(true);
    const call = (service: string, operation: string, input: Input) =>
      local.cloud.call(service, operation, input, internally('cloudformation'));
    await deployed('PutBucketNotificationConfiguration', {
      Bucket,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    });
    const { QueueUrl } = await call('sqs', 'CreateQueue', { QueueName: Bucket });
    const Arn = `arn:aws:sqs:eu-west-1:111122223333:${Bucket}`;
    const Statement = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: '*', Resource: Arn };
    const Attributes = { Policy: JSON.stringify({ Version: '2012-10-17', Statement: [Statement] }) };
    await call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes });
    const EventPattern = JSON.stringify({ source: ['aws.s3'], detail: { bucket: { name: [Bucket] } } });
    await call('events', 'PutRule', { Name: Bucket, EventPattern });
    await call('events', 'PutTargets', { Rule: Bucket, Targets: [{ Id: 'queue', Arn }] });

    const at = { Bucket, Key: 'k' };
    await put(Bucket, 'k', 'x');
    await s3.send(new CopyObjectCommand({ ...at, Key: 'copy', CopySource: `${Bucket}/k` }));
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at));
    const { ETag } = await s3.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: 'many' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    const made = await s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload }));
    const marker = await s3.send(new DeleteObjectCommand(at));
    await s3.send(new DeleteObjectCommand({ ...at, VersionId: made.VersionId }));

    const heard: Record<string, unknown>[] = [];
    await eventually(async () => {
      const { Messages = [] } = await call('sqs', 'ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
      for (const { Body } of Messages as { Body: string }[]) {
        const event = JSON.parse(Body) as { 'detail-type': string; detail: Record<string, unknown> };
        heard.push({ type: event['detail-type'], ...event.detail });
      }
      return heard.length === 5 ? true : undefined;
    });
    const { VersionId: id } = made;
    expect(heard).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'Object Created', reason: 'PutObject' }),
        expect.objectContaining({ type: 'Object Created', reason: 'CopyObject' }),
        expect.objectContaining({
          type: 'Object Created',
          reason: 'CompleteMultipartUpload',
          object: expect.objectContaining({
            key: 'k',
            size: 4,
            etag: made.ETag!.replaceAll('"', ''),
            'version-id': id,
          }),
        }),
        expect.objectContaining({
          type: 'Object Deleted',
          'deletion-type': 'Delete Marker Created',
          object: expect.objectContaining({ 'version-id': marker.VersionId }),
        }),
        expect.objectContaining({
          type: 'Object Deleted',
          reason: 'DeleteObject',
          'deletion-type': 'Permanently Deleted',
          object: expect.objectContaining({ 'version-id': id }),
        }),
      ]),
    );
  });
});

describe('lists', () => {
  it('of versions and markers name each once, whatever the page size', async () => {
    const Bucket = await bucket(true);
    for (const name of ['a', 'b/1', 'b/2', 'c']) for (const text of ['1', '2', '3']) await put(Bucket, name, text);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    for (const Delimiter of ['', '/'])
      for (const MaxKeys of [1, 2, 5]) {
        const seen: string[] = [];
        let markers: object | undefined = {};
        while (markers !== undefined) {
          const page: ListObjectVersionsOutput = await s3.send(
            new ListObjectVersionsCommand({ Bucket, MaxKeys, Delimiter, ...markers }),
          );
          const { Versions = [], DeleteMarkers = [], CommonPrefixes = [] } = page;
          seen.push(...[...Versions, ...DeleteMarkers].map(({ VersionId }) => VersionId!));
          seen.push(...CommonPrefixes.map(({ Prefix }) => Prefix!));
          const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
          markers = page.IsTruncated === true ? { KeyMarker, VersionIdMarker } : undefined;
        }
        expect(seen).toHaveLength(new Set(seen).size);
        expect(seen).toHaveLength(Delimiter === '' ? 13 : 8);
      }
  });

  it('of the first kind page by the last key or prefix', async () => {
    const Bucket = await bucket();
    for (const name of ['a', 'b/1', 'c ü']) await put(Bucket, name, 'x');
    const first = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, NextMarker: 'b/', CommonPrefixes: [{ Prefix: 'b/' }] });
    const second = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: '/', Marker: 'b/', EncodingType: 'url' }));
    expect(second).toMatchObject({ IsTruncated: false, Contents: [{ Key: 'c+%C3%BC', Size: 1 }] });
  });

  it('of buckets start with a prefix and page', async () => {
    const names = [await bucket(), await bucket()].sort();
    const first = await s3.send(new ListBucketsCommand({ Prefix: 'bucket-', MaxBuckets: 1 }));
    expect(first.Buckets).toHaveLength(1);
    const { ContinuationToken } = first;
    const { Buckets } = await s3.send(new ListBucketsCommand({ Prefix: 'bucket-', ContinuationToken }));
    const all = [...first.Buckets!, ...Buckets!].map(({ Name }) => Name);
    expect(all).toEqual(expect.arrayContaining(names));
    expect(Buckets![0]).toMatchObject({ BucketRegion: 'eu-west-1', CreationDate: expect.any(Date) });
  });
});

describe('presigned requests', () => {
  it('put and get without credentials, as long as they are valid and unchanged', async () => {
    const at = { Bucket: await bucket(), Key: 'a b/ü' };
    const putting = await getSignedUrl(s3, new PutObjectCommand({ ...at, ContentType: 'text/csv' }));
    expect((await fetch(putting, { method: 'PUT', body: 'a,b', headers: { 'content-type': 'text/csv' } })).status).toBe(
      200,
    );
    const named = { ...at, ResponseContentDisposition: 'attachment; filename="a.csv"' };
    const answer = await fetch(await getSignedUrl(s3, new GetObjectCommand(named)));
    expect([answer.headers.get('content-type'), await answer.text()]).toEqual(['text/csv', 'a,b']);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="a.csv"');

    const url = await getSignedUrl(s3, new GetObjectCommand(at));
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403);
    const other = await fetch(url.replace('a%20b', 'other'));
    expect([other.status, await other.text()]).toEqual([403, expect.stringContaining('SignatureDoesNotMatch')]);
    const old = await getSignedUrl(s3, new GetObjectCommand(at), { signingDate: new Date(0), expiresIn: 60 });
    const late = await fetch(old);
    expect([late.status, await late.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
  });

  it('of the second version, and requests without a signature, are refused in S3’s words', async () => {
    const path = `${local.endpoint}/${await bucket()}/k`;
    const old = await fetch(`${path}?AWSAccessKeyId=A&Signature=B&Expires=9999999999`);
    expect([old.status, await old.text()]).toEqual([400, expect.stringContaining('Please use AWS4-HMAC-SHA256')]);
    const anonymous = await fetch(path);
    expect([anonymous.status, await anonymous.text()]).toEqual([403, expect.stringContaining('<Code>AccessDenied<')]);
  });
});

describe('what a bucket is set to', () => {
  it('is read as the template gave it', async () => {
    const Bucket = await bucket();
    const Rules = [{ ID: 'old', Filter: { Prefix: 'a/' }, Status: 'Enabled', Expiration: { Days: 3 } }] as const;
    await deployed('PutBucketLifecycleConfiguration', { Bucket, LifecycleConfiguration: { Rules } });
    expect((await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toEqual(Rules);
    const tags = s3.send(new GetBucketTaggingCommand({ Bucket }));
    await expect(tags).rejects.toMatchObject(refused('NoSuchTagSet', 404));
    const TagSet = [{ Key: 'team', Value: 'a & b' }];
    await deployed('PutBucketTagging', { Bucket, Tagging: { TagSet } });
    expect((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(TagSet);
    const { OwnershipControls } = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
    expect(OwnershipControls).toEqual({ Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });
    expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe('eu-west-1');
  });

  it('keeps the public out, unless it says otherwise', async () => {
    const Bucket = await bucket();
    const block = async () =>
      (await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration;
    expect(await block()).toMatchObject({ BlockPublicPolicy: true });
    const allow = (more: object) => {
      const Statement = {
        Effect: 'Allow',
        Principal: '*',
        Action: 's3:*',
        Resource: `arn:aws:s3:::${Bucket}/*`,
        ...more,
      };
      return deployed('PutBucketPolicy', { Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
    };
    await expect(allow({})).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
    await expect(allow({ Condition: { Bool: { 'aws:SecureTransport': true } } })).rejects.toThrow('BlockPublicPolicy');
    await allow({ Condition: { StringEquals: { 'aws:PrincipalAccount': '111122223333' } } });
    await allow({ Effect: 'Deny' });
    await deployed('PutPublicAccessBlock', { Bucket, PublicAccessBlockConfiguration: { BlockPublicPolicy: 'false' } });
    await allow({});
  });
});
