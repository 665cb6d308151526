import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../aws.ts';
import type { Cloud } from '../aws.ts';
import type { Buckets } from './buckets.ts';
import type { Encryption } from './encryption.ts';
import type { Segment } from './segments.ts';

/** What is given with an object and given back as it came. */
interface Described {
  readonly encryption: Encryption;
  /** By member name, e.g. `ContentType`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ObjectContent extends Described {
  readonly size: number;
  /** Quoted, as in the header. */
  readonly etag: string;
  /** The bytes are the segments', one after another. */
  readonly segments: readonly Segment[];
  readonly checksum?: Checksummed;
}

/** `member` as in answers, e.g. `ChecksumCRC32`. */
export interface Checksummed {
  readonly member: string;
  readonly value: string;
}

export interface ObjectVersion extends ObjectContent {
  /** `null` in a bucket that does not keep versions. */
  readonly versionId: string;
  /** Epoch seconds. */
  readonly lastModified: number;
  readonly deleteMarker: boolean;
}

interface Upload extends Described {
  readonly bucket: string;
  readonly key: string;
}

export interface Part extends Segment {
  readonly partNumber: number;
  readonly etag: string;
}

export interface Address {
  readonly Bucket: string;
  readonly Key: string;
}

const MARKER: ObjectContent = {
  size: 0,
  etag: '',
  segments: [],
  encryption: { algorithm: 'AES256' },
  headers: {},
  metadata: {},
};

export type Objects = ReturnType<typeof objectsOf>;

/**
 * Which versions exist, and the folder with their bytes. A file counts from the moment a version (or a part) in the
 * store names it; files that nothing names are what a kill left behind, and go at start.
 */
export function objectsOf({ store, stateDir }: Cloud, buckets: Buckets) {
  const folder = join(stateDir, 's3');
  /** By `bucket/key`, newest first. */
  const objects = store.collection<ObjectVersion[]>('s3.object');
  const uploads = store.collection<Upload>('s3.upload');
  const parts = store.collection<Part>('s3.part');
  const versionsOf = ({ Bucket, Key }: Address): ObjectVersion[] => objects.get(`${Bucket}/${Key}`) ?? [];
  const partsOf = (uploadId: string): Part[] => parts.list(`${uploadId}/`).map(({ value }) => value);

  const discard = (segments: readonly { readonly file: string }[]): void => {
    for (const { file } of segments) rmSync(join(folder, file), { force: true });
  };

  const sweep = (): void => {
    const versions = objects.list().flatMap(({ value }) => value);
    const named = [...versions.flatMap(({ segments }) => segments), ...parts.list().map(({ value }) => value)];
    const files = new Set(named.map(({ file }) => file));
    discard(readdirSync(folder).flatMap((file) => (files.has(file) ? [] : [{ file }])));
  };

  mkdirSync(folder, { recursive: true });
  sweep();

  /** Puts a version in front, in place of the `null` one where the bucket does not keep versions. */
  const add = (at: Address, content: ObjectContent, deleteMarker: boolean): ObjectVersion => {
    const keeps = buckets.find(at.Bucket).configuration.BucketVersioning?.Status === 'Enabled';
    const versionId = keeps ? randomBytes(24).toString('base64url') : 'null';
    const version = { ...content, versionId, lastModified: Math.floor(Date.now() / 1000), deleteMarker };
    objects.put(`${at.Bucket}/${at.Key}`, [version, ...versionsOf(at).filter((old) => old.versionId !== versionId)]);
    return version;
  };

  return {
    folder,
    discard,
    versionsOf,
    partsOf,
    current(at: Address): ObjectVersion | undefined {
      const [newest] = versionsOf(at);
      return newest?.deleteMarker === false ? newest : undefined;
    },
    /** The current versions of the keys that start with `prefix`, in key order. */
    list: (bucket: string, prefix: string): { key: string; version: ObjectVersion }[] =>
      objects.list(`${bucket}/${prefix}`).flatMap(({ key, value: [newest] }) => {
        return newest === undefined || newest.deleteMarker
          ? []
          : [{ key: key.slice(bucket.length + 1), version: newest }];
      }),

    /** The new current version. What `also` writes is written with it: both or neither. */
    commit(at: Address, content: ObjectContent, also: (version: ObjectVersion) => void): ObjectVersion {
      const old = versionsOf(at);
      const version = store.transaction(() => {
        const added = add(at, content, false);
        also(added);
        return added;
      });
      const kept = versionsOf(at).flatMap(({ segments }) => segments.map(({ file }) => file));
      discard(old.flatMap(({ segments }) => segments).filter(({ file }) => !kept.includes(file)));
      return version;
    },

    /** Removes one version for good; without an id, hides the object in a bucket that keeps versions. */
    remove(at: Address, id: string | undefined): { VersionId?: string; DeleteMarker?: boolean } {
      if (id === undefined && buckets.find(at.Bucket).configuration.BucketVersioning !== undefined)
        return { VersionId: add(at, MARKER, true).versionId, DeleteMarker: true };
      const old = versionsOf(at);
      const gone = old.find(({ versionId }) => versionId === (id ?? 'null'));
      const kept = old.filter((version) => version !== gone);
      if (kept.length > 0) objects.put(`${at.Bucket}/${at.Key}`, kept);
      else objects.remove(`${at.Bucket}/${at.Key}`);
      discard(gone?.segments ?? []);
      return { ...(id === undefined ? {} : { VersionId: id }), ...(gone?.deleteMarker ? { DeleteMarker: true } : {}) };
    },

    startUpload(upload: Upload): string {
      const id = randomBytes(24).toString('base64url');
      uploads.put(id, upload);
      return id;
    },
    upload(id: string, { Bucket, Key }: Address): Upload {
      const upload = uploads.get(id);
      if (upload?.bucket === Bucket && upload.key === Key) return upload;
      throw new AwsError(
        'NoSuchUpload',
        'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
        { status: 404, members: { UploadId: id } },
      );
    },
    putPart(id: string, part: Part): void {
      const key = `${id}/${String(part.partNumber).padStart(5, '0')}`;
      const old = parts.get(key);
      parts.put(key, part);
      if (old !== undefined) discard([old]);
    },
    /** Forgets the upload; its parts' files are the caller's. */
    endUpload(id: string): void {
      uploads.remove(id);
      for (const { key } of parts.list(`${id}/`)) parts.remove(key);
    },
  };
}

export const noSuchKey = (key: string): AwsError =>
  new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404, members: { Key: key } });

export const preconditionFailed = (condition: string): AwsError =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    status: 412,
    members: { Condition: condition },
  });

/** Quotes are optional in conditions and part lists. */
export const sameEtag = (given: string, etag: string | undefined): boolean =>
  given.replaceAll('"', '') === etag?.replaceAll('"', '');
