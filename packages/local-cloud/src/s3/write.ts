import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { AwsError, type Caller, type Operation } from '../aws.ts';
import { operation } from '../operation.ts';
import { checkAcl } from './bucketSettings.ts';
import { checkWrite, unmet, writeConditions } from './conditions.ts';
import { encryptionAnswer, encryptionRequest, type Encryption, type EncryptionRequest } from './encryption.ts';
import { preconditionFailed, type Address, type Content, type Described, type ObjectVersion } from './objects.ts';
import type { Happening } from './objectEvents.ts';
import { address, announce, body, readable, versionAnswer, type Storage } from './storage.ts';

const text = z.string().optional();

/** Kept with an object, and given back with it. */
const headers = {
  ContentType: text,
  ContentEncoding: text,
  ContentDisposition: text,
  ContentLanguage: text,
  CacheControl: text,
  Expires: text,
};

/** What may be said of a new object. */
export const description = {
  ...headers,
  ...encryptionRequest,
  Metadata: z.record(z.string(), z.string()).default({}),
  ACL: text,
  StorageClass: z.literal('STANDARD').optional(),
};

/** Takes a description apart. Throws for an ACL. */
export function described({ ACL, Metadata: metadata, ...input }: z.output<z.ZodObject<typeof description>>) {
  checkAcl(ACL);
  const asked: EncryptionRequest = input;
  const given = Object.entries(input).filter(([name, value]) => name in headers && value !== undefined);
  return { asked, metadata, headers: Object.fromEntries(given) as Record<string, string> };
}

/** Where an object comes from: CopyObject and UploadPartCopy. */
export const copySource = {
  CopySource: z.string(),
  CopySourceIfMatch: text,
  CopySourceIfNoneMatch: text,
  CopySourceIfModifiedSince: text,
  CopySourceIfUnmodifiedSince: text,
};

/** The source of a copy, once its conditions hold and the caller may open it. */
export async function openSource(
  storage: Storage,
  input: z.output<z.ZodObject<typeof copySource>>,
  caller: Caller,
): Promise<{ at: Address & { VersionId?: string }; version: ObjectVersion; dataKey: Buffer; answer: object }> {
  const at = parseSource(input.CopySource);
  const bucket = storage.buckets.find(at.Bucket);
  const version = await readable(storage, at, caller);
  const failed = unmet(version, {
    IfMatch: input.CopySourceIfMatch,
    IfNoneMatch: input.CopySourceIfNoneMatch,
    IfModifiedSince: input.CopySourceIfModifiedSince,
    IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  });
  if (failed !== undefined) throw preconditionFailed(`x-amz-copy-source-${failed}`);
  const dataKey = await storage.encryption.open(version.encryption, { bucket, key: at.Key, caller });
  const { VersionId } = versionAnswer(version);
  return { at, version, dataKey, answer: VersionId === undefined ? {} : { CopySourceVersionId: VersionId } };
}

/** `BUCKET/KEY` or `BUCKET/KEY?versionId=ID`, percent-encoded. */
function parseSource(source: string): Address & { VersionId?: string } {
  const [, Bucket, Key, VersionId] = /^\/?([^/]+)\/(.+?)(?:\?versionId=(.*))?$/s.exec(source) ?? [];
  try {
    if (Bucket !== undefined && Key !== undefined)
      return { Bucket, Key: decodeURIComponent(Key), ...(VersionId === undefined ? {} : { VersionId }) };
  } catch {
    // As wrong as one without a key.
  }
  throw new AwsError(
    'InvalidArgument',
    'Copy Source must mention the source bucket and key: /sourcebucket/sourcekey, percent-encoded',
  );
}

/** An object (or part) under SSE-KMS has an ETag that says nothing about its content. */
export const etagOf = ({ algorithm }: Encryption, md5: string): string =>
  algorithm === 'AES256' ? md5 : randomBytes(16).toString('hex');

interface Writing {
  readonly at: Address;
  readonly caller: Caller;
  readonly reason: Extract<Happening, { type: 'Object Created' }>['reason'];
  readonly conditions?: z.output<z.ZodObject<typeof writeConditions>>;
}

/** The new current version. What `also` writes is written with it: both or neither. */
export function commit(
  storage: Storage,
  { at, caller, reason, conditions = {} }: Writing,
  content: Content,
  also?: () => void,
): ObjectVersion {
  const { cloud, buckets, objects, files } = storage;
  const bucket = buckets.find(at.Bucket);
  checkWrite(objects.current(at), at.Key, conditions);
  const { version, unused } = cloud.store.transaction(() => {
    const added = objects.add(at, bucket, content);
    announce(storage, bucket, { type: 'Object Created', reason }, { Key: at.Key, version: added.version, caller });
    also?.();
    return added;
  });
  files.discard(unused);
  return version as ObjectVersion;
}

async function store(
  storage: Storage,
  writing: Writing,
  { source, asked, ...kept }: { source: Readable; asked: EncryptionRequest } & Omit<Described, 'encryption'>,
): Promise<ObjectVersion> {
  const { buckets, objects, files, encryption: encryptions } = storage;
  const { at, caller, conditions } = writing;
  const bucket = buckets.find(at.Bucket);
  checkWrite(objects.current(at), at.Key, conditions ?? {});
  const { encryption, dataKey } = await encryptions.create(asked, { bucket, key: at.Key, caller });
  const { content, size, md5 } = await files.write(source, dataKey);
  try {
    return commit(storage, writing, { content, size, etag: `"${etagOf(encryption, md5)}"`, encryption, ...kept });
  } catch (error) {
    files.discard(content);
    throw error;
  }
}

export function writeOperations(storage: Storage): Record<string, Operation> {
  return {
    PutObject: operation(
      { ...address, ...description, ...writeConditions, Body: body },
      async ({ Bucket, Key, Body, IfMatch, IfNoneMatch, ...input }, caller) => {
        const writing = { at: { Bucket, Key }, caller, conditions: { IfMatch, IfNoneMatch } };
        const object = { source: Body, ...described(input) };
        const version = await store(storage, { ...writing, reason: 'PutObject' }, object);
        return { ETag: version.etag, ...versionAnswer(version), ...encryptionAnswer(version.encryption) };
      },
    ),

    CopyObject: operation(
      { ...address, ...description, ...copySource, MetadataDirective: z.enum(['COPY', 'REPLACE']).default('COPY') },
      async ({ Bucket, Key, MetadataDirective, ...input }, caller) => {
        const given = described(input);
        const source = await openSource(storage, input, caller);
        const same = source.at.Bucket === Bucket && source.at.Key === Key && source.at.VersionId === undefined;
        if (same && MetadataDirective === 'COPY' && input.ServerSideEncryption === undefined)
          throw new AwsError(
            'InvalidRequest',
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
          );
        const { headers, metadata } = MetadataDirective === 'COPY' ? source.version : given;
        const whole = { dataKey: source.dataKey, start: 0, end: source.version.size };
        const version = await store(
          storage,
          { at: { Bucket, Key }, caller, reason: 'CopyObject' },
          { source: storage.files.read(source.version.content, whole), asked: given.asked, headers, metadata },
        );
        return {
          CopyObjectResult: { ETag: version.etag, LastModified: version.lastModified },
          ...source.answer,
          ...versionAnswer(version),
          ...encryptionAnswer(version.encryption),
        };
      },
    ),
  };
}
