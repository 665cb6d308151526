import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { AwsError } from '../aws.ts';
import type { Cloud, Service } from '../aws.ts';
import { operation } from '../operation.ts';
import { bucketsOf } from './buckets.ts';
import { encryptionAnswer, encryptionRequest, objectEncryption } from './encryption.ts';
import { readFile, writeFile } from './files.ts';
import { listObjects } from './list.ts';
import { createOutbox, objectCreated } from './objectCreated.ts';
import { objectsOf } from './objects.ts';
import type { Address, ObjectVersion } from './objects.ts';

const address = {
  Bucket: z.string(),
  Key: z.string().refine((key) => Buffer.byteLength(key) <= 1024, 'Your key is too long'),
};

/** Headers that are kept with an object and given back with it. */
const headers = {
  ContentType: z.string().optional(),
  ContentEncoding: z.string().optional(),
  ContentDisposition: z.string().optional(),
  ContentLanguage: z.string().optional(),
  CacheControl: z.string().optional(),
};

const body = z
  .union([z.string(), z.instanceof(Uint8Array), z.instanceof(Readable)])
  .default('')
  .transform((value) => (value instanceof Readable ? value : Readable.from([Buffer.from(value as string)])));

const reading = {
  ...address,
  VersionId: z.string().optional(),
  // No checksums are kept: the bytes are authenticated by their encryption.
  ChecksumMode: z.literal('ENABLED').optional(),
  Range: z.string().optional(),
  IfMatch: z.string().optional(),
};
type Reading = z.output<z.ZodObject<typeof reading>>;

/** Buckets and objects, encrypted on disk under the key that the request or the bucket names. */
export function createS3(cloud: Cloud): Service {
  const buckets = bucketsOf(cloud);
  const objects = objectsOf(cloud);
  const encryption = objectEncryption(cloud);
  const outbox = createOutbox(cloud);

  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
  const checkAbsence = (at: Address, IfNoneMatch: string | undefined): void => {
    if (IfNoneMatch !== undefined && objects.versionsOf(at).length > 0) throw preconditionFailed('If-None-Match');
  };

  const find = (input: Reading) => {
    const bucket = buckets.find(input.Bucket);
    const version = chosen(objects.versionsOf(input), input);
    if (input.IfMatch !== undefined && input.IfMatch.replaceAll('"', '') !== version.etag.replaceAll('"', ''))
      throw preconditionFailed('If-Match');
    return { bucket, version };
  };

  return {
    name: 's3',
    operations: {
      ...buckets.operations,
      PutObject: operation(
        {
          ...address,
          ...headers,
          ...encryptionRequest,
          Metadata: z.record(z.string(), z.string()).default({}),
          IfNoneMatch: z.literal('*').optional(),
          Body: body,
        },
        async (input, caller) => {
          const { Bucket, Key, Metadata, IfNoneMatch, Body, ServerSideEncryption, SSEKMSKeyId, ...given } = input;
          const bucket = buckets.find(Bucket);
          checkAbsence(input, IfNoneMatch);
          const asked = { ServerSideEncryption, SSEKMSKeyId };
          const made = await encryption.create(asked, { bucket, key: Key, caller });
          const { content, size, md5 } = await writeFile(Body, { folder: objects.folder, dataKey: made.dataKey });
          // An object under SSE-KMS has an ETag that says nothing about its content.
          const etag = made.encryption.algorithm === 'AES256' ? md5 : randomBytes(16).toString('hex');
          try {
            checkAbsence(input, IfNoneMatch);
            const { BucketVersioning, BucketNotificationConfiguration } = buckets.find(Bucket).configuration;
            const version = objects.commit({
              at: input,
              object: {
                ...{ size, content, etag: `"${etag}"`, encryption: made.encryption },
                ...{ headers: given as Record<string, string>, metadata: Metadata },
              },
              versioned: BucketVersioning?.Status === 'Enabled',
              also(version) {
                if (BucketNotificationConfiguration?.EventBridgeConfiguration === undefined) return;
                outbox.put(content.file, objectCreated(cloud, input, version, caller));
              },
            });
            return { ETag: version.etag, ...versionAnswer(version), ...encryptionAnswer(version.encryption) };
          } catch (error) {
            objects.discard(content.file);
            throw error;
          }
        },
      ),
      HeadObject: operation(reading, async (input, caller) => {
        const { bucket, version } = find(input);
        // S3 asks KMS for heads too.
        await encryption.open(version.encryption, { bucket, key: input.Key, caller });
        return describe(version, input.Range).answer;
      }),
      GetObject: operation(reading, async (input, caller) => {
        const { bucket, version } = find(input);
        const { answer, start, end } = describe(version, input.Range);
        const dataKey = await encryption.open(version.encryption, { bucket, key: input.Key, caller });
        const Body = await readFile(version.content, { folder: objects.folder, dataKey, start, end });
        return { ...answer, Body };
      }),
      ListObjectsV2: listObjects(buckets, objects),
    },
    resume: () => {
      outbox.resume();
    },
    close: () => outbox.close(),
  };
}

function chosen(versions: readonly ObjectVersion[], { Key, VersionId }: Reading): ObjectVersion {
  const version = VersionId === undefined ? versions[0] : versions.find(({ versionId }) => versionId === VersionId);
  if (version !== undefined) return version;
  if (VersionId === undefined)
    throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404, members: { Key } });
  throw new AwsError('NoSuchVersion', 'The specified version does not exist.', { status: 404 });
}

function describe(version: ObjectVersion, range: string | undefined) {
  const { size } = version;
  const part = parseRange(range, size);
  const { start, end } = part ?? { start: 0, end: size };
  const answer = {
    AcceptRanges: 'bytes',
    LastModified: version.lastModified,
    ETag: version.etag,
    ContentLength: end - start,
    ...(part === undefined ? {} : { ContentRange: `bytes ${start}-${end - 1}/${size}` }),
    ContentType: 'binary/octet-stream',
    ...version.headers,
    Metadata: version.metadata,
    ...versionAnswer(version),
    ...encryptionAnswer(version.encryption),
  };
  return { answer, start, end };
}

/** `bytes=a-b`, `bytes=a-`, `bytes=-n`; anything else is ignored, as HTTP has it. `end` is exclusive. */
export function parseRange(range: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, suffix, first, last] = /^bytes=(?:-(\d+)|(\d+)-(\d+)?)$/.exec(range ?? '') ?? [];
  if (suffix === undefined && first === undefined) return undefined;
  const start = first === undefined ? Math.max(size - Number(suffix), 0) : Number(first);
  const end = last === undefined ? size : Number(last) + 1;
  if (last !== undefined && end <= start) return undefined;
  if (start < Math.min(end, size)) return { start, end: Math.min(end, size) };
  throw new AwsError('InvalidRange', 'The requested range is not satisfiable', {
    status: 416,
    members: { RangeRequested: range, ActualObjectSize: size },
  });
}

const versionAnswer = ({ versionId }: ObjectVersion) => (versionId === 'null' ? {} : { VersionId: versionId });

const preconditionFailed = (Condition: string): AwsError =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    status: 412,
    members: { Condition },
  });
