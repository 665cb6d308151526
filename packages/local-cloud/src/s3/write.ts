import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { AwsError } from '../aws.ts';
import type { Caller, Operation } from '../aws.ts';
import { notSupported, operation } from '../operation.ts';
import type { Buckets } from './buckets.ts';
import { encryptionAnswer } from './encryption.ts';
import type { Encryption, ObjectEncryption } from './encryption.ts';
import { checkConditions, noSuchKey, sameEtag } from './objects.ts';
import type { Objects, ObjectVersion, Part } from './objects.ts';
import type { Outbox } from './outbox.ts';
import { readSegments, writeSegment } from './segments.ts';
import type { Written } from './segments.ts';

export interface S3Parts {
  readonly buckets: Buckets;
  readonly objects: Objects;
  readonly encryption: ObjectEncryption;
  readonly outbox: Outbox;
}

const boolean = z.union([z.boolean(), z.stringbool()]);
const body = z
  .union([z.string(), z.instanceof(Uint8Array), z.instanceof(Readable)])
  .default('')
  .transform((value) => (value instanceof Readable ? value : Readable.from([Buffer.from(value as string)])));
const address = {
  Bucket: z.string(),
  Key: z.string().refine((key) => Buffer.byteLength(key) <= 1024, 'Your key is too long'),
};
const stored = {
  ContentType: z.string().optional(),
  ContentEncoding: z.string().optional(),
  ContentDisposition: z.string().optional(),
  ContentLanguage: z.string().optional(),
  CacheControl: z.string().optional(),
  Metadata: z.record(z.string(), z.string()).default({}),
};
const encryptionRequest = {
  ServerSideEncryption: z.string().optional(),
  SSEKMSKeyId: z.string().optional(),
  BucketKeyEnabled: boolean.optional(),
};
const checksumAlgorithm = { ChecksumAlgorithm: z.string().optional() };
const conditions = { IfMatch: z.string().optional(), IfNoneMatch: z.literal('*').optional() };

const MIN_PART = 5 * 1024 * 1024;

export function writeOperations({ buckets, objects, encryption, outbox }: S3Parts): Record<string, Operation> {
  interface Finished {
    readonly bucket: string;
    readonly key: string;
    readonly conditions: { IfMatch?: string | undefined; IfNoneMatch?: string | undefined };
    readonly reason: 'PutObject' | 'CompleteMultipartUpload' | 'CopyObject';
    readonly caller: Caller;
    readonly also?: () => void;
  }

  /** Makes the object visible, together with its event; on refusal its bytes go. */
  const finish = (
    { bucket, key, conditions: given, reason, caller, also }: Finished,
    content: Omit<ObjectVersion, 'versionId' | 'lastModified' | 'deleteMarker'>,
  ): ObjectVersion => {
    const version = objects.commit({ bucket, key, conditions: given }, content, (committed) => {
      outbox.add({ bucket, key, version: committed, reason, caller });
      also?.();
    });
    outbox.flush();
    return version;
  };

  return {
    PutObject: operation(
      { ...address, ...stored, ...encryptionRequest, ...checksumAlgorithm, ...conditions, Body: body },
      async ({ Bucket, Key, Body, ...input }, caller) => {
        const bucket = buckets.find(Bucket);
        checkConditions(objects.current(Bucket, Key), input);
        const { encryption: made, dataKey } = await encryption.create(input, { bucket, key: Key, caller });
        const written = await writeSegment(Body, {
          folder: objects.folder,
          dataKey,
          checksumAlgorithm: input.ChecksumAlgorithm,
        });
        return keepOrDiscard(written, () => {
          const version = finish(
            { bucket: Bucket, key: Key, conditions: input, reason: 'PutObject', caller },
            {
              ...contentOf(written, made, input.ChecksumAlgorithm),
              headers: headersOf(input),
              metadata: input.Metadata,
            },
          );
          return {
            ETag: version.etag,
            ...versionAnswer(version),
            ...encryptionAnswer(made),
            ...checksumAnswer(version),
          };
        });
      },
    ),

    CopyObject: operation(
      {
        ...address,
        ...stored,
        ...encryptionRequest,
        CopySource: z.string(),
        MetadataDirective: z.enum(['COPY', 'REPLACE']).default('COPY'),
      },
      async ({ Bucket, Key, ...input }, caller) => {
        const source = copySource(input.CopySource);
        const from = objects
          .versionsOf(source.bucket, source.key)
          .find(({ versionId }, index) =>
            source.versionId === undefined ? index === 0 : versionId === source.versionId,
          );
        if (from === undefined || from.deleteMarker) throw noSuchKey(source.key);
        const bucket = buckets.find(Bucket);
        const place = { bucket: buckets.find(source.bucket), key: source.key, caller };
        const readKey = await encryption.open(from.encryption, place);
        const { encryption: made, dataKey } = await encryption.create(input, { bucket, key: Key, caller });
        const bytes = await readSegments(from.segments, {
          folder: objects.folder,
          dataKey: readKey,
          start: 0,
          end: from.size,
        });
        const written = await writeSegment(bytes, { folder: objects.folder, dataKey });
        return keepOrDiscard(written, () => {
          const kept =
            input.MetadataDirective === 'COPY' ? from : { headers: headersOf(input), metadata: input.Metadata };
          const version = finish(
            { bucket: Bucket, key: Key, conditions: {}, reason: 'CopyObject', caller },
            { ...contentOf(written, made), headers: kept.headers, metadata: kept.metadata },
          );
          return {
            CopyObjectResult: { ETag: version.etag, LastModified: version.lastModified },
            ...versionAnswer(version),
            ...encryptionAnswer(made),
          };
        });
      },
    ),

    CreateMultipartUpload: operation(
      { ...address, ...stored, ...encryptionRequest, ...checksumAlgorithm },
      async ({ Bucket, Key, ...input }, caller) => {
        const bucket = buckets.find(Bucket);
        const { encryption: made } = await encryption.create(input, { bucket, key: Key, caller });
        const UploadId = objects.startUpload({
          bucket: Bucket,
          key: Key,
          initiated: Math.floor(Date.now() / 1000),
          encryption: made,
          headers: headersOf(input),
          metadata: input.Metadata,
        });
        return { Bucket, Key, UploadId, ...encryptionAnswer(made) };
      },
    ),

    UploadPart: operation(
      {
        ...address,
        ...checksumAlgorithm,
        UploadId: z.string(),
        PartNumber: z.coerce.number().int().min(1).max(10_000),
        ContentType: z.string().optional(),
        Body: body,
      },
      async ({ Bucket, Key, UploadId, PartNumber, Body, ChecksumAlgorithm }, caller) => {
        const upload = objects.upload(UploadId, Bucket, Key);
        const dataKey = await encryption.open(upload.encryption, { bucket: buckets.find(Bucket), key: Key, caller });
        const written = await writeSegment(Body, {
          folder: objects.folder,
          dataKey,
          checksumAlgorithm: ChecksumAlgorithm,
        });
        return keepOrDiscard(written, () => {
          objects.upload(UploadId, Bucket, Key);
          const { etag, checksum } = contentOf(written, upload.encryption, ChecksumAlgorithm);
          const { file, size, salt } = written;
          objects.putPart(UploadId, {
            partNumber: PartNumber,
            file,
            size,
            salt,
            etag,
            lastModified: Math.floor(Date.now() / 1000),
          });
          return { ETag: etag, ...encryptionAnswer(upload.encryption), ...checksumAnswer({ checksum }) };
        });
      },
    ),

    CompleteMultipartUpload: operation(
      {
        ...address,
        ...conditions,
        ...checksumAlgorithm,
        UploadId: z.string(),
        // Checksums of parts were verified as the parts came.
        MultipartUpload: z.object({
          Parts: z.array(z.object({ PartNumber: z.coerce.number().int(), ETag: z.string() })).min(1),
        }),
      },
      ({ Bucket, Key, UploadId, MultipartUpload, ...given }, caller) => {
        const upload = objects.upload(UploadId, Bucket, Key);
        const uploaded = objects.parts(UploadId);
        const parts = chosenParts(uploaded, MultipartUpload.Parts);
        const digests = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag.replaceAll('"', ''), 'hex')));
        const version = finish(
          {
            bucket: Bucket,
            key: Key,
            conditions: given,
            reason: 'CompleteMultipartUpload',
            caller,
            also: () => {
              objects.endUpload(UploadId);
            },
          },
          {
            size: parts.reduce((sum, { size }) => sum + size, 0),
            etag: `"${createHash('md5').update(digests).digest('hex')}-${parts.length}"`,
            segments: parts.map(({ file, size, salt }) => ({ file, size, salt })),
            encryption: upload.encryption,
            headers: upload.headers,
            metadata: upload.metadata,
          },
        );
        objects.discard(uploaded.filter((part) => !parts.includes(part)));
        return {
          Location: `/${Bucket}/${Key}`,
          Bucket,
          Key,
          ETag: version.etag,
          ...versionAnswer(version),
          ...encryptionAnswer(upload.encryption),
        };
      },
    ),

    AbortMultipartUpload: operation({ ...address, UploadId: z.string() }, ({ Bucket, Key, UploadId }) => {
      objects.upload(UploadId, Bucket, Key);
      const parts = objects.parts(UploadId);
      objects.endUpload(UploadId);
      objects.discard(parts);
      return {};
    }),

    ListParts: operation({ ...address, UploadId: z.string() }, ({ Bucket, Key, UploadId }) => {
      objects.upload(UploadId, Bucket, Key);
      return {
        Bucket,
        Key,
        UploadId,
        IsTruncated: false,
        Parts: objects.parts(UploadId).map(({ partNumber, etag, size, lastModified }) => ({
          PartNumber: partNumber,
          LastModified: lastModified,
          ETag: etag,
          Size: size,
        })),
      };
    }),

    DeleteObject: operation({ ...address, VersionId: z.string().optional() }, ({ Bucket, Key, VersionId }) =>
      objects.remove(Bucket, Key, VersionId),
    ),

    DeleteObjects: operation(
      {
        Bucket: z.string(),
        ...checksumAlgorithm,
        Delete: z.strictObject({
          Objects: z
            .array(z.strictObject({ Key: z.string(), VersionId: z.string().optional() }))
            .min(1)
            .max(1000),
          Quiet: boolean.default(false),
        }),
      },
      ({ Bucket, Delete: { Objects: listed, Quiet } }) => {
        const deleted = listed.map(({ Key, VersionId }) => ({ Key, ...objects.remove(Bucket, Key, VersionId) }));
        return Quiet ? {} : { Deleted: deleted };
      },
    ),
  };

  function keepOrDiscard<T>(written: Written, keep: () => T): T {
    try {
      return keep();
    } catch (error) {
      objects.discard([written]);
      throw error;
    }
  }
}

/** An object under SSE-KMS has an ETag that says nothing about its content. */
function contentOf(written: Written, encryption: Encryption, algorithm?: string) {
  const { file, size, salt, md5, checksum } = written;
  const etag = encryption.algorithm === 'AES256' ? md5 : createHash('md5').update(salt).update(md5).digest('hex');
  return {
    size,
    etag: `"${etag}"`,
    segments: [{ file, size, salt }],
    encryption,
    ...(checksum === undefined ? {} : { checksum: { member: `Checksum${algorithm ?? ''}`, value: checksum } }),
  };
}

const headersOf = (input: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    ['ContentType', 'ContentEncoding', 'ContentDisposition', 'ContentLanguage', 'CacheControl'].flatMap((name) => {
      const value = input[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );

export const versionAnswer = ({ versionId }: ObjectVersion) => (versionId === 'null' ? {} : { VersionId: versionId });

export const checksumAnswer = ({ checksum }: { checksum?: ObjectVersion['checksum'] | undefined }) =>
  checksum === undefined ? {} : { [checksum.member]: checksum.value, ChecksumType: 'FULL_OBJECT' };

function copySource(text: string): { bucket: string; key: string; versionId: string | undefined } {
  const [path = '', query] = text.replace(/^\//, '').split('?');
  const [bucket = '', ...key] = path.split('/').map(decodeURIComponent);
  if (bucket.startsWith('arn:')) throw notSupported('A copy source that is an ARN');
  return { bucket, key: key.join('/'), versionId: new URLSearchParams(query).get('versionId') ?? undefined };
}

function chosenParts(uploaded: readonly Part[], asked: readonly { PartNumber: number; ETag: string }[]): Part[] {
  const parts = asked.map(({ PartNumber, ETag }, index) => {
    if (index > 0 && PartNumber <= (asked[index - 1]?.PartNumber ?? 0))
      throw new AwsError(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
      );
    const part = uploaded.find(({ partNumber }) => partNumber === PartNumber);
    if (part === undefined || !sameEtag(ETag, part.etag))
      throw new AwsError(
        'InvalidPart',
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      );
    return part;
  });
  if (parts.slice(0, -1).some(({ size }) => size < MIN_PART))
    throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  return parts;
}
