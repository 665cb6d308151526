import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AwsError } from '../aws.ts';
import type { Cloud } from '../aws.ts';
import type { Bucket, Buckets } from './buckets.ts';
import type { Encryption } from './encryption.ts';
import type { Segment } from './segments.ts';

/** One version of an object; its bytes are the segments', one after another. */
export interface ObjectVersion {
  /** `null` in a bucket that does not keep versions. */
  readonly versionId: string;
  /** Epoch seconds. */
  readonly lastModified: number;
  readonly deleteMarker: boolean;
  readonly size: number;
  /** Quoted, as in the header. */
  readonly etag: string;
  readonly segments: readonly Segment[];
  readonly encryption: Encryption;
  /** Headers that are given back as they came, by member name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksum?: { readonly member: string; readonly value: string };
}

export interface Upload {
  readonly bucket: string;
  readonly key: string;
  readonly initiated: number;
  readonly encryption: Encryption;
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Part extends Segment {
  readonly partNumber: number;
  readonly etag: string;
  readonly lastModified: number;
}

export interface Conditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
}

export type Objects = ReturnType<typeof objectsOf>;

/**
 * Which versions exist, and the folder with their bytes. A file counts from the moment a version (or a part) in the
 * store names it; files that nothing names are what a kill left behind, and go at start.
 */
export function objectsOf(cloud: Cloud, buckets: Buckets) {
  const folder = join(cloud.stateDir, 's3');
  const { store } = cloud;
  /** By `bucket/key`, newest first. */
  const versions = store.collection<ObjectVersion[]>('s3.object');
  const uploads = store.collection<Upload>('s3.upload');
  const parts = store.collection<Part>('s3.part');
  const address = (bucket: string, key: string): string => `${bucket}/${key}`;
  const versionsOf = (bucket: string, key: string): ObjectVersion[] => versions.get(address(bucket, key)) ?? [];
  const partKey = (uploadId: string, number: number): string => `${uploadId}/${String(number).padStart(5, '0')}`;

  const discard = (segments: readonly Segment[]): void => {
    for (const { file } of segments) rmSync(join(folder, file), { force: true });
  };

  /** Puts a version in front, in place of the one with the same id. */
  const add = (bucket: string, key: string, version: ObjectVersion): void => {
    const old = versionsOf(bucket, key);
    const kept = old.filter(({ versionId }) => versionId !== version.versionId);
    versions.put(address(bucket, key), [version, ...kept]);
    discard(old.filter((one) => !kept.includes(one)).flatMap(({ segments }) => segments));
  };

  const newVersionId = (bucket: Bucket): string =>
    bucket.versioning === 'Enabled' ? randomBytes(24).toString('base64url') : 'null';

  mkdirSync(folder, { recursive: true });
  const named = new Set(
    [
      ...versions.list().flatMap(({ value }) => value.flatMap(({ segments }) => segments)),
      ...parts.list().map(({ value }) => value),
    ].map(({ file }) => file),
  );
  discard(
    readdirSync(folder)
      .filter((file) => !named.has(file))
      .map((file) => ({ file, size: 0, salt: '' })),
  );

  return {
    folder,
    discard,
    versionsOf,
    current(bucket: string, key: string): ObjectVersion | undefined {
      const [newest] = versionsOf(bucket, key);
      return newest?.deleteMarker === false ? newest : undefined;
    },
    list: (bucket: string, prefix: string): { key: string; versions: ObjectVersion[] }[] =>
      versions
        .list(address(bucket, prefix))
        .map(({ key, value }) => ({ key: key.slice(bucket.length + 1), versions: value })),
    isEmpty: (bucket: string): boolean => versions.list(address(bucket, '')).length === 0,

    /** The new current version. `also` is written with it: both or neither. */
    commit(
      target: { bucket: string; key: string; conditions: Conditions },
      content: Omit<ObjectVersion, 'versionId' | 'lastModified' | 'deleteMarker'>,
      also: (version: ObjectVersion) => void,
    ): ObjectVersion {
      const bucket = buckets.find(target.bucket);
      checkConditions(this.current(target.bucket, target.key), target.conditions);
      const version = {
        ...content,
        versionId: newVersionId(bucket),
        lastModified: Math.floor(Date.now() / 1000),
        deleteMarker: false,
      };
      store.transaction(() => {
        add(target.bucket, target.key, version);
        also(version);
      });
      return version;
    },
    /** Removes one version for good; without an id, the current one as the bucket's versioning has it. */
    remove(bucket: string, key: string, id: string | undefined): { VersionId?: string; DeleteMarker?: boolean } {
      const { versioning } = buckets.find(bucket);
      if (id === undefined && versioning !== undefined) {
        const marker: ObjectVersion = {
          versionId: newVersionId(buckets.find(bucket)),
          lastModified: Math.floor(Date.now() / 1000),
          deleteMarker: true,
          size: 0,
          etag: '',
          segments: [],
          encryption: { algorithm: 'AES256' },
          headers: {},
          metadata: {},
        };
        add(bucket, key, marker);
        return { VersionId: marker.versionId, DeleteMarker: true };
      }
      const old = versionsOf(bucket, key);
      const gone = old.find(({ versionId }) => versionId === (id ?? 'null'));
      const kept = old.filter((version) => version !== gone);
      if (kept.length > 0) versions.put(address(bucket, key), kept);
      else versions.remove(address(bucket, key));
      discard(gone?.segments ?? []);
      return id === undefined ? {} : { VersionId: id, ...(gone?.deleteMarker === true ? { DeleteMarker: true } : {}) };
    },

    startUpload(upload: Upload): string {
      const id = randomBytes(24).toString('base64url');
      uploads.put(id, upload);
      return id;
    },
    upload(id: string, bucket: string, key: string): Upload {
      const upload = uploads.get(id);
      if (upload?.bucket === bucket && upload.key === key) return upload;
      throw new AwsError(
        'NoSuchUpload',
        'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
        { status: 404, members: { UploadId: id } },
      );
    },
    putPart(id: string, part: Part): void {
      const old = parts.get(partKey(id, part.partNumber));
      parts.put(partKey(id, part.partNumber), part);
      if (old !== undefined) discard([old]);
    },
    parts: (id: string): Part[] => parts.list(`${id}/`).map(({ value }) => value),
    /** Forgets the upload; its parts' files are the caller's. */
    endUpload(id: string): void {
      uploads.remove(id);
      for (const { key } of parts.list(`${id}/`)) parts.remove(key);
    },
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
export function checkConditions(current: ObjectVersion | undefined, { IfMatch, IfNoneMatch }: Conditions): void {
  if (IfMatch !== undefined && current === undefined) throw noSuchKey();
  const failed =
    IfNoneMatch !== undefined && current !== undefined
      ? 'If-None-Match'
      : IfMatch !== undefined && !sameEtag(IfMatch, current?.etag)
        ? 'If-Match'
        : undefined;
  if (failed !== undefined) throw preconditionFailed(failed);
}

export const preconditionFailed = (condition: string): AwsError =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    status: 412,
    members: { Condition: condition },
  });

export const noSuchKey = (key?: string): AwsError =>
  new AwsError('NoSuchKey', 'The specified key does not exist.', {
    status: 404,
    ...(key === undefined ? {} : { members: { Key: key } }),
  });

/** Quotes are optional in conditions and part lists. */
export const sameEtag = (given: string, etag: string | undefined): boolean =>
  given.replaceAll('"', '') === etag?.replaceAll('"', '');
