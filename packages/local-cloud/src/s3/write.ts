import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Caller, Operation } from '../aws.ts';
import { operation } from '../operation.ts';
import type { Buckets } from './buckets.ts';
import { encryptionAnswer, encryptionRequest } from './encryption.ts';
import type { Encryption, ObjectEncryption } from './encryption.ts';
import { noSuchKey, preconditionFailed, sameEtag } from './objects.ts';
import type { Address, Checksummed, ObjectContent, Objects, ObjectVersion } from './objects.ts';
import type { Outbox } from './outbox.ts';
import { writeSegment } from './segments.ts';
import type { Written } from './segments.ts';

export interface Storage {
  readonly buckets: Buckets;
  readonly objects: Objects;
  readonly encryption: ObjectEncryption;
  readonly outbox: Outbox;
}

export const address = {
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

/** What PutObject and CreateMultipartUpload say about an object. */
export const description = {
  ...headers,
  ...encryptionRequest,
  Metadata: z.record(z.string(), z.string()).default({}),
  /** The checksum to keep. */
  ChecksumAlgorithm: z.string().optional(),
};

export const writeConditions = { IfMatch: z.string().optional(), IfNoneMatch: z.literal('*').optional() };
type WriteConditions = z.output<z.ZodObject<typeof writeConditions>>;

export const body = z
  .union([z.string(), z.instanceof(Uint8Array), z.instanceof(Readable)])
  .default('')
  .transform((value) => (value instanceof Readable ? value : Readable.from([Buffer.from(value as string)])));

export function writeOperations(storage: Storage): Record<string, Operation> {
  const { buckets, objects, encryption } = storage;
  return {
    PutObject: operation(
      { ...address, ...description, ...writeConditions, Body: body },
      async ({ Body, ...input }, caller) => {
        const bucket = buckets.find(input.Bucket);
        checkConditions(objects, input, input);
        const { encryption: made, dataKey } = await encryption.create(input, { bucket, key: input.Key, caller });
        const written = await writeSegment(Body, {
          folder: objects.folder,
          dataKey,
          algorithm: input.ChecksumAlgorithm,
        });
        const content = { ...contentOf(written, made), headers: headersOf(input), metadata: input.Metadata };
        const version = finish(storage, { at: input, conditions: input, reason: 'PutObject', caller }, content);
        return { ETag: version.etag, ...versionAnswer(version), ...encryptionAnswer(made), ...checksumAnswer(version) };
      },
    ),
    DeleteObject: operation({ ...address, VersionId: z.string().optional() }, ({ VersionId, ...at }) => {
      buckets.find(at.Bucket);
      return objects.remove(at, VersionId);
    }),
  };
}

interface Finished {
  readonly at: Address;
  readonly conditions: WriteConditions;
  readonly reason: 'PutObject' | 'CompleteMultipartUpload';
  readonly caller: Caller;
  /** Written together with the object. */
  readonly also?: () => void;
}

/** Makes an object visible, together with its event. A refusal leaves nothing of a single put. */
export function finish(
  { objects, outbox }: Storage,
  { at, conditions, reason, caller, also }: Finished,
  content: ObjectContent,
): ObjectVersion {
  try {
    checkConditions(objects, at, conditions);
    return objects.commit(at, content, (version) => {
      outbox.add(at, version, reason, caller);
      also?.();
    });
  } catch (error) {
    if (reason === 'PutObject') objects.discard(content.segments);
    throw error;
  } finally {
    outbox.flush();
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
function checkConditions(objects: Objects, at: Address, { IfMatch, IfNoneMatch }: WriteConditions): void {
  const current = objects.current(at);
  if (IfNoneMatch !== undefined && current !== undefined) throw preconditionFailed('If-None-Match');
  if (IfMatch === undefined) return;
  if (current === undefined) throw noSuchKey(at.Key);
  if (!sameEtag(IfMatch, current.etag)) throw preconditionFailed('If-Match');
}

/** An object under SSE-KMS has an ETag that says nothing about its content. */
export function contentOf(written: Written, encryption: Encryption) {
  const { file, size, salt, md5, checksum } = written;
  const etag = encryption.algorithm === 'AES256' ? md5 : createHash('md5').update(salt).update(md5).digest('hex');
  const segments = [{ file, size, salt }];
  return { size, etag: `"${etag}"`, segments, encryption, ...(checksum === undefined ? {} : { checksum }) };
}

export const headersOf = (input: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.keys(headers).flatMap((name) => {
      const value = input[name];
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );

export const versionAnswer = ({ versionId }: ObjectVersion) => (versionId === 'null' ? {} : { VersionId: versionId });

export const checksumAnswer = ({ checksum }: { readonly checksum?: Checksummed }) =>
  checksum === undefined ? {} : { [checksum.member]: checksum.value, ChecksumType: 'FULL_OBJECT' };
