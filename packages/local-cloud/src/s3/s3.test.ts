import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import type { ChecksumAlgorithm } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { roleSession, internally, type Caller, type Cloud, type Input, type Service } from '../aws.ts';
import { Store } from '../store.ts';
import { startLocalCloud, type LocalCloud } from '../testing/localCloud.ts';
import { pageOf } from './list.ts';
import { parseRange } from './read.ts';
import { createS3 } from './s3.ts';

let local: LocalCloud;
let s3: S3Client;
let kms: KMSClient;
beforeAll(async () => {
  local = await startLocalCloud();
  s3 = new S3Client(local.clientConfig);
  kms = new KMSClient(local.clientConfig);
});
const folders: string[] = [];
afterAll(async () => {
  await local.stop();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const deployed = (operation: string, input: Input) =>
  local.cloud.call('s3', operation, input, internally('cloudformation'));
const bucket = async (): Promise<string> => {
  const Bucket = `bucket-${randomBytes(6).toString('hex')}`;
  await deployed('CreateBucket', { Bucket });
  return Bucket;
};
const put = (Bucket: string, Key: string, Body: string, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Bucket: string, Key: string, more: object = {}): Promise<string> =>
  (await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body!.transformToString();
const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** S3 alone; other services are a recording that answers `answers`, then nothing but a data key. */
async function fakeCloud(stateDir?: string) {
  const folder = stateDir ?? (await mkdtemp(join(tmpdir(), 's3-')));
  folders.push(folder);
  const calls: [string, string, Input, Caller][] = [];
  const asked = Promise.withResolvers<undefined>();
  const cloud: Cloud = {
    account: '111122223333',
    region: 'eu-west-1',
    stateDir: folder,
    store: new Store(join(folder, 'state.sqlite')),
    endpoint: 'http://127.0.0.1:1',
    log: () => undefined,
    call: (...request) => {
      calls.push(request);
      asked.resolve(undefined);
      const key = { KeyId: 'arn:key', CiphertextBlob: 'wrapped', Plaintext: Buffer.alloc(32, 7).toString('base64') };
      return Promise.resolve({ ...key, FailedEntryCount: 0 });
    },
    guardOf: () => Promise.resolve({}),
    credentialsFor: () => ({ accessKeyId: '', secretAccessKey: '', sessionToken: '' }),
  };
  return { cloud, calls, asked: asked.promise };
}
const call = async (service: Service, operation: string, input: Input, caller = internally('tests')) =>
  (await service.operations[operation]!(input, caller)) ?? {};

describe('objects', () => {
  it('come back as they went in: bytes, ETag, type, metadata', async () => {
    const Bucket = await bucket();
    const { ETag } = await put(Bucket, 'a b/c=d+é&', 'text', {
      ContentType: 'text/plain',
      Metadata: { made: 'by-hand' },
    });
    expect(ETag).toBe(`"${createHash('md5').update('text').digest('hex')}"`);
    const { Body, ...head } = await s3.send(new GetObjectCommand({ Bucket, Key: 'a b/c=d+é&' }));
    expect(await Body!.transformToString()).toBe('text');
    expect(head).toMatchObject({ ETag, ContentType: 'text/plain', ContentLength: 4, Metadata: { made: 'by-hand' } });
    expect(head.ServerSideEncryption).toBe('AES256');
    await put(Bucket, 'empty', '', { ContentLength: 0 });
    expect(await get(Bucket, 'empty')).toBe('');
  });

  it('of 20 MB stream in (aws-chunked) and out, whole and in ranges', async () => {
    const Bucket = await bucket();
    const content = randomBytes(20_000_000);
    const Body = Readable.from([content.subarray(0, 7_000_001), content.subarray(7_000_001)]);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'large', Body, ContentLength: content.length }));
    const whole = await s3.send(new GetObjectCommand({ Bucket, Key: 'large' }));
    expect(sameBytes(await whole.Body!.transformToByteArray(), content)).toBe(true);
    for (const [first, last] of [
      [0, 0],
      [65_535, 65_536],
      [1_048_575, 3_000_000],
      [19_999_999, 30_000_000],
    ] as const) {
      const part = await s3.send(new GetObjectCommand({ Bucket, Key: 'large', Range: `bytes=${first}-${last}` }));
      expect(sameBytes(await part.Body!.transformToByteArray(), content.subarray(first, last + 1))).toBe(true);
      expect(part.ContentRange).toBe(`bytes ${first}-${Math.min(last, 19_999_999)}/20000000`);
    }
    await expect(get(Bucket, 'large', { Range: 'bytes=20000000-' })).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  it.each(['CRC32', 'CRC64NVME', 'SHA256'] as ChecksumAlgorithm[])('may come with their %s', async (algorithm) => {
    const Bucket = await bucket();
    await put(Bucket, 'k', 'checked', { ChecksumAlgorithm: algorithm });
    expect(await get(Bucket, 'k')).toBe('checked');
  });

  it('with a wrong checksum are refused and leave nothing', async () => {
    const Bucket = await bucket();
    const before = (await readdir(join(local.stateDir, 's3'))).length;
    await expect(put(Bucket, 'k', 'text', { ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(get(Bucket, 'k')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect((await readdir(join(local.stateDir, 's3'))).length).toBe(before);
  });

  it('that exist are not overwritten by If-None-Match, nor read by the If-Match of another', async () => {
    const Bucket = await bucket();
    const { ETag } = await put(Bucket, 'k', 'one', { IfNoneMatch: '*' });
    await expect(put(Bucket, 'k', 'two', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
    expect(await get(Bucket, 'k', { IfMatch: ETag })).toBe('one');
    await put(Bucket, 'k', 'two');
    await expect(get(Bucket, 'k', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('of one key, put at once under If-None-Match, have exactly one winner', async () => {
    const Bucket = await bucket();
    const tries = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((text) => put(Bucket, 'k', text, { IfNoneMatch: '*' })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('keep their versions where the bucket does', async () => {
    const Bucket = await bucket();
    await put(Bucket, 'k', 'unversioned');
    await deployed('PutBucketVersioning', { Bucket, VersioningConfiguration: { Status: 'Enabled' } });
    const one = await put(Bucket, 'k', 'one');
    await put(Bucket, 'k', 'two');
    expect(await get(Bucket, 'k')).toBe('two');
    expect(await get(Bucket, 'k', { VersionId: one.VersionId })).toBe('one');
    expect(await get(Bucket, 'k', { VersionId: 'null' })).toBe('unversioned');
    await expect(get(Bucket, 'k', { VersionId: 'never' })).rejects.toMatchObject({ name: 'NoSuchVersion' });
  });

  it('and buckets that do not exist are named so', async () => {
    const Bucket = await bucket();
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({ name: 'NotFound' });
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'no-such' }))).rejects.toMatchObject({ name: 'NotFound' });
    await expect(put('no-such', 'k', 'x')).rejects.toMatchObject({ name: 'NoSuchBucket', BucketName: 'no-such' });
    await expect(deployed('CreateBucket', { Bucket })).rejects.toMatchObject({ code: 'BucketAlreadyOwnedByYou' });
    await expect(deployed('CreateBucket', { Bucket: 'Upper' })).rejects.toMatchObject({ code: 'InvalidBucketName' });
  });

  it.each([
    ['a checksum of another kind', { ChecksumAlgorithm: 'SHA1' }, 'NotImplemented'],
    ['a bucket key', { BucketKeyEnabled: true }, 'NotImplemented'],
    ['an ACL', { ACL: 'public-read' }, 'AccessControlListNotSupported'],
  ])('with %s are refused, not stored without', async (_what, more, name) => {
    const Bucket = await bucket();
    await expect(put(Bucket, 'k', 'x', more)).rejects.toMatchObject({ name });
    await expect(get(Bucket, 'k')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('encryption', () => {
  it('leaves no plaintext on disk, and without the key no way back', async () => {
    const Bucket = await bucket();
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata!.KeyId!;
    const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KeyId } } as const;
    const configuration = { Rules: [{ ...rule, BucketKeyEnabled: false }] };
    await deployed('PutBucketEncryption', { Bucket, ServerSideEncryptionConfiguration: configuration });
    expect((await s3.send(new GetBucketEncryptionCommand({ Bucket }))).ServerSideEncryptionConfiguration).toEqual(
      configuration,
    );
    const known = new Set(await readdir(join(local.stateDir, 's3')));
    const secret = 'nobody reads this on disk';
    const stored = await put(Bucket, 'k', secret);
    expect(stored).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KeyMetadata!.Arn });
    expect(stored.ETag).not.toContain(createHash('md5').update(secret).digest('hex'));
    const [file] = (await readdir(join(local.stateDir, 's3'))).filter((name) => !known.has(name));
    expect((await readFile(join(local.stateDir, 's3', file!))).includes('nobody')).toBe(false);
    await kms.send(new DisableKeyCommand({ KeyId }));
    await expect(get(Bucket, 'k')).rejects.toMatchObject({ name: 'KMS.DisabledException' });
    await expect(put(Bucket, 'l', 'x')).rejects.toMatchObject({ name: 'KMS.DisabledException' });
    await kms.send(new EnableKeyCommand({ KeyId }));
    expect(await get(Bucket, 'k')).toBe(secret);
  });

  it('notices a changed byte on disk', async () => {
    const { cloud } = await fakeCloud();
    const s3 = createS3(cloud);
    await call(s3, 'CreateBucket', { Bucket: 'plain-bucket' });
    await call(s3, 'PutObject', { Bucket: 'plain-bucket', Key: 'k', Body: 'untouched' });
    const folder = join(cloud.stateDir, 's3');
    const [file] = await readdir(folder);
    const bytes = await readFile(join(folder, file!));
    bytes[3]! ^= 1;
    await writeFile(join(folder, file!), bytes);
    const { Body } = await call(s3, 'GetObject', { Bucket: 'plain-bucket', Key: 'k' });
    await expect(buffer(Body as Readable)).rejects.toThrow('unable to authenticate data');
  });

  it('asks KMS as the caller, for this object', async () => {
    const { cloud, calls } = await fakeCloud();
    const s3 = createS3(cloud);
    const caller = roleSession('arn:aws:iam::111122223333:role/writer', 'one');
    await call(s3, 'CreateBucket', { Bucket: 'keyed-bucket' });
    const at = { Bucket: 'keyed-bucket', Key: 'a/k' };
    await call(s3, 'PutObject', { ...at, Body: 'x', ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'key' }, caller);
    const { Body } = await call(s3, 'GetObject', at, caller);
    (Body as Readable).destroy();
    const context = { EncryptionContext: { 'aws:s3:arn': 'arn:aws:s3:::keyed-bucket/a/k' } };
    expect(calls).toMatchObject([
      ['kms', 'GenerateDataKey', { KeyId: 'key', ...context }, caller],
      ['kms', 'Decrypt', context, caller],
    ]);
  });
});

describe('listings', () => {
  it('page through keys and common prefixes in UTF-8 order', async () => {
    const Bucket = await bucket();
    const keys = ['a', 'b/1', 'b/2', 'b/ü 3', 'c', 'd/x/y', '\u{1f600}', '\uffee'];
    for (const Key of keys) await put(Bucket, Key, 'x');
    const found: (string | undefined)[] = [];
    const pages = paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket, Delimiter: '/' });
    for await (const { Contents = [], CommonPrefixes = [] } of pages)
      found.push(...Contents.map(({ Key }) => Key), ...CommonPrefixes.map(({ Prefix }) => Prefix));
    expect(new Set(found)).toEqual(new Set(['a', 'b/', 'c', 'd/', '\uffee', '\u{1f600}']));
    expect(found).toHaveLength(6);
    const below = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'b/' }));
    expect(below.Contents!.map(({ Key, Size }) => [Key, Size])).toEqual([
      ['b/1', 1],
      ['b/2', 1],
      ['b/ü 3', 1],
    ]);
    const encoded = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'b/ü', EncodingType: 'url' }));
    expect(encoded.Contents![0]!.Key).toBe('b/%C3%BC+3');
    const wrong = s3.send(new ListObjectsV2Command({ Bucket, ContinuationToken: '*' }));
    await expect(wrong).rejects.toMatchObject({ name: 'InvalidArgument' });
  });

  it('name every key exactly once, whatever the page size', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '/'), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.uniqueArray(name),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('', '/'),
        (names, most, Delimiter) => {
          const sorted = names.sort().map((key) => ({ key }));
          const whole = pageOf(sorted, { Prefix: '', Delimiter }, { key: '' }, 1000);
          const paged: string[] = [];
          for (let key: string | undefined = ''; key !== undefined;) {
            const page: ReturnType<typeof pageOf<{ key: string }>> = pageOf(
              sorted,
              { Prefix: '', Delimiter },
              { key },
              most,
            );
            paged.push(...page.items.map(({ key }) => key), ...page.prefixes);
            key = page.last;
          }
          expect(paged.sort()).toEqual([...whole.items.map(({ key }) => key), ...whole.prefixes].sort());
        },
      ),
    );
  });
});

describe('ranges', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 1 }],
    ['bytes=5-', { start: 5, end: 10 }],
    ['bytes=-3', { start: 7, end: 10 }],
    ['bytes=-30', { start: 0, end: 10 }],
    ['bytes=2-99', { start: 2, end: 10 }],
    ['bytes=5-2', undefined],
    ['bytes=-', undefined],
    ['lines=1-2', undefined],
    [undefined, undefined],
  ])('%s of ten bytes', (range, expected) => {
    expect(parseRange(range, 10)).toEqual(expected);
  });

  it.each([
    ['bytes=10-', 10],
    ['bytes=-0', 10],
    ['bytes=-1', 0],
  ])('%s of %d bytes cannot be', (range, size) => {
    expect(() => parseRange(range, size)).toThrow('not satisfiable');
  });
});

describe('bucket policies', () => {
  it('are kept, unless they name a principal that does not exist', async () => {
    const Bucket = await bucket();
    const policy = (AWS: string) =>
      JSON.stringify({
        Statement: [{ Effect: 'Deny', Principal: { AWS }, Action: 's3:*', Resource: `arn:aws:s3:::${Bucket}/*` }],
      });
    await expect(s3.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({ name: 'NoSuchBucketPolicy' });
    await deployed('PutBucketPolicy', { Bucket, Policy: policy('*') });
    expect((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(policy('*'));
    const unknown = { Bucket, Policy: policy('arn:aws:iam::111122223333:role/nobody') };
    await expect(deployed('PutBucketPolicy', unknown)).rejects.toMatchObject({ code: 'MalformedPolicy' });
  });
});

describe('a new object', () => {
  const notified = async (s3: Service): Promise<void> => {
    await call(s3, 'CreateBucket', { Bucket: 'noisy-bucket' });
    const NotificationConfiguration = { EventBridgeConfiguration: {} };
    await call(s3, 'PutBucketNotificationConfiguration', { Bucket: 'noisy-bucket', NotificationConfiguration });
  };

  it('is announced to EventBridge as AWS announces it', async () => {
    const { cloud, calls, asked } = await fakeCloud();
    const s3 = createS3(cloud);
    await s3.resume!();
    await notified(s3);
    const writer = roleSession('arn:aws:iam::111122223333:role/writer', 'one');
    await call(s3, 'PutObject', { Bucket: 'noisy-bucket', Key: 'data/ü 1.json', Body: 'four' }, writer);
    await asked;
    await s3.close!();
    const [[service, operation, input, caller] = []] = calls;
    const [entry] = (input as { Entries: { Detail: string }[] }).Entries;
    expect([service, operation, caller]).toEqual(['events', 'PutEvents', internally('s3')]);
    expect(entry).toMatchObject({
      Source: 'aws.s3',
      DetailType: 'Object Created',
      Resources: ['arn:aws:s3:::noisy-bucket'],
    });
    expect(JSON.parse(entry!.Detail)).toEqual({
      version: '0',
      bucket: { name: 'noisy-bucket' },
      object: {
        key: 'data/ü 1.json',
        size: 4,
        etag: createHash('md5').update('four').digest('hex'),
        sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
      },
      'request-id': expect.any(String),
      requester: '111122223333',
      'source-ip-address': '127.0.0.1',
      reason: 'PutObject',
    });
  });

  it('is announced after a restart, if the first time failed', async () => {
    const first = await fakeCloud();
    const tried = Promise.withResolvers<undefined>();
    const unreachable: Cloud = {
      ...first.cloud,
      call: () => {
        tried.resolve(undefined);
        return Promise.reject(new Error('not now'));
      },
    };
    const s3 = createS3(unreachable);
    await s3.resume!();
    await notified(s3);
    await call(s3, 'PutObject', { Bucket: 'noisy-bucket', Key: 'k', Body: 'x' });
    await tried.promise;
    await s3.close!();
    first.cloud.store.close();

    const second = await fakeCloud(first.cloud.stateDir);
    const again = createS3(second.cloud);
    await again.resume!();
    await second.asked;
    await again.close!();
    expect(second.calls).toHaveLength(1);
    await again.resume!();
    await again.close!();
    expect(second.calls).toHaveLength(1);
  });

  it('survives a restart; what a kill left half-written does not', async () => {
    const { cloud } = await fakeCloud();
    const s3 = createS3(cloud);
    await call(s3, 'CreateBucket', { Bucket: 'lasting-bucket' });
    await call(s3, 'PutObject', { Bucket: 'lasting-bucket', Key: 'k', Body: 'kept' });
    await writeFile(join(cloud.stateDir, 's3', 'half'), 'written');
    cloud.store.close();
    const again = createS3((await fakeCloud(cloud.stateDir)).cloud);
    const { Body } = await call(again, 'GetObject', { Bucket: 'lasting-bucket', Key: 'k' });
    expect(await text(Body as Readable)).toBe('kept');
    expect(await readdir(join(cloud.stateDir, 's3'))).toHaveLength(1);
  });

  it('whose source breaks off leaves nothing', async () => {
    const { cloud } = await fakeCloud();
    const s3 = createS3(cloud);
    await call(s3, 'CreateBucket', { Bucket: 'broken-bucket' });
    const source = Readable.from(
      (function* () {
        yield Buffer.alloc(100_000);
        throw new Error('cut off');
      })(),
    );
    await expect(call(s3, 'PutObject', { Bucket: 'broken-bucket', Key: 'k', Body: source })).rejects.toThrow('cut off');
    await expect(call(s3, 'GetObject', { Bucket: 'broken-bucket', Key: 'k' })).rejects.toMatchObject({
      code: 'NoSuchKey',
    });
    expect(await readdir(join(cloud.stateDir, 's3'))).toEqual([]);
  });

  it('replaces the old one on disk, which is still read to its end by who had begun', async () => {
    const { cloud } = await fakeCloud();
    const s3 = createS3(cloud);
    const at = { Bucket: 'busy-bucket', Key: 'k' };
    await call(s3, 'CreateBucket', { Bucket: at.Bucket });
    await call(s3, 'PutObject', { ...at, Body: Buffer.alloc(3_000_000, 'a') });
    const { Body } = await call(s3, 'GetObject', at);
    await call(s3, 'PutObject', { ...at, Body: 'new' });
    expect((await buffer(Body as Readable)).equals(Buffer.alloc(3_000_000, 'a'))).toBe(true);
    expect(await readdir(join(cloud.stateDir, 's3'))).toHaveLength(1);
  });
});
