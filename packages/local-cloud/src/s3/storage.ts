import { join } from 'node:path';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { AwsError, type Caller, type Cloud, type Input } from '../aws.ts';
import { authorize } from '../authorize.ts';
import type { Outbox } from '../events/outbox.ts';
import { bucketsOf, type Bucket, type Buckets } from './buckets.ts';
import { objectEncryption } from './encryption.ts';
import { EncryptedFiles } from './files.ts';
import { createOutbox, objectEvent, type Happening } from './objectEvents.ts';
import { isObject, noSuchKey, objectsOf } from './objects.ts';
import type { Address, Objects, ObjectVersion, Version } from './objects.ts';
import { uploadsOf, type Uploads } from './uploads.ts';

/** What S3's operations work on. */
export interface Storage {
  readonly cloud: Cloud;
  readonly buckets: Buckets;
  readonly objects: Objects;
  readonly uploads: Uploads;
  readonly files: EncryptedFiles;
  readonly encryption: ReturnType<typeof objectEncryption>;
  readonly outbox: Outbox<Input>;
}

/** Files that neither a version nor a part names are what a kill left behind, and go now. */
export function openStorage(cloud: Cloud): Storage {
  const files = new EncryptedFiles(join(cloud.stateDir, 's3'));
  const [objects, uploads] = [objectsOf(cloud), uploadsOf(cloud)];
  files.sweep([...objects.files(), ...uploads.files()]);
  const [encryption, outbox] = [objectEncryption(cloud), createOutbox(cloud)];
  return { cloud, buckets: bucketsOf(cloud), objects, uploads, files, encryption, outbox };
}

export const address = {
  Bucket: z.string(),
  Key: z.string().refine((key) => Buffer.byteLength(key) <= 1024, 'Your key is too long'),
};

export const body = z
  .union([z.string(), z.instanceof(Uint8Array), z.instanceof(Readable)])
  .default('')
  .transform((value) => (value instanceof Readable ? value : Readable.from([Buffer.from(value as string)])));

/** An object that can be read. Whether there is one is told only to who may list its bucket. */
export async function readable(
  storage: Storage,
  at: Address & { readonly VersionId?: string | undefined },
  caller: Caller,
): Promise<ObjectVersion> {
  try {
    return find(storage, at, at.VersionId);
  } catch (error) {
    const call = { service: 's3', operation: 'ListObjectsV2', input: { Bucket: at.Bucket } };
    if (error instanceof AwsError && error.code === 'NoSuchKey') await authorize(storage.cloud, { ...call, caller });
    throw error;
  }
}

/** A delete marker is no object: it is named in the refusal. */
function find({ objects }: Storage, at: Address, versionId?: string): ObjectVersion {
  const version = objects.find(at, versionId);
  if (isObject(version)) return version;
  const marker = { DeleteMarker: true, ...versionAnswer(version) };
  if (versionId === undefined) throw noSuchKey(at.Key, marker);
  throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
    status: 405,
    members: { ResourceType: 'DeleteMarker', ...marker },
  });
}

/** To be called in the transaction that makes it happen. */
export function announce(
  { cloud, outbox }: Storage,
  { name, configuration }: Bucket,
  happened: Happening,
  { Key, ...about }: { Key: string; version: Version; caller: Caller },
): void {
  if (configuration.BucketNotificationConfiguration?.EventBridgeConfiguration === undefined) return;
  const entry = objectEvent(cloud, happened, { Bucket: name, Key, ...about });
  outbox.put(`${name}/${Key}/${about.version.versionId}/${crypto.randomUUID()}`, entry);
}

export const versionAnswer = ({ versionId }: Version) => (versionId === 'null' ? {} : { VersionId: versionId });
