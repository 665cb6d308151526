import { randomBytes } from 'node:crypto';
import { AwsError, type Cloud } from '../aws.ts';
import type { Bucket } from './buckets.ts';
import type { Encryption } from './encryption.ts';
import type { EncryptedFile } from './files.ts';

/** What is given with an object and given back as it came. */
export interface Described {
  readonly encryption: Encryption;
  /** By member name, e.g. `ContentType`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Content extends Described {
  /** Bytes. */
  readonly size: number;
  /** Quoted, as in the header. */
  readonly etag: string;
  readonly content: readonly EncryptedFile[];
}

interface Identity {
  /** `null` in a bucket that does not keep versions. */
  readonly versionId: string;
  /** Epoch seconds. */
  readonly lastModified: number;
}
export type ObjectVersion = Content & Identity;
/** Hides the versions behind it. */
export type DeleteMarker = Identity;
export type Version = ObjectVersion | DeleteMarker;

export interface Address {
  readonly Bucket: string;
  readonly Key: string;
}

export const isObject = (version: Version | undefined): version is ObjectVersion =>
  version !== undefined && 'content' in version;

export type Objects = ReturnType<typeof objectsOf>;

/** Which versions exist. */
export function objectsOf({ store }: Cloud) {
  /** By `bucket/key`, newest first. */
  const objects = store.collection<Version[]>('s3.object');
  const versionsOf = ({ Bucket, Key }: Address): Version[] => objects.get(`${Bucket}/${Key}`) ?? [];
  const keep = ({ Bucket, Key }: Address, versions: Version[]): void => {
    if (versions.length > 0) objects.put(`${Bucket}/${Key}`, versions);
    else objects.remove(`${Bucket}/${Key}`);
  };

  return {
    /** The files that versions are made of. */
    files: (): EncryptedFile[] => objects.list().flatMap(({ value }) => value.flatMap(filesOf)),

    current(at: Address): ObjectVersion | undefined {
      const [newest] = versionsOf(at);
      return isObject(newest) ? newest : undefined;
    },

    /** The version of that id, or else the newest: possibly a delete marker. */
    find({ Key, ...at }: Address, VersionId: string | undefined): Version {
      const versions = versionsOf({ ...at, Key });
      const found = VersionId === undefined ? versions[0] : versions.find(({ versionId }) => versionId === VersionId);
      if (found !== undefined) return found;
      if (VersionId === undefined) throw noSuchKey(Key);
      throw new AwsError('NoSuchVersion', 'The specified version does not exist.', {
        status: 404,
        members: { Key, VersionId },
      });
    },

    /** All versions of the keys that start with `prefix`, in key order, newest first. */
    list: (bucket: string, prefix: string): { key: string; versions: Version[] }[] =>
      objects
        .list(`${bucket}/${prefix}`)
        .map(({ key, value }) => ({ key: key.slice(bucket.length + 1), versions: value })),

    /**
     * Puts a version (without content: a delete marker) in front, in place of the `null` one where the bucket does not
     * keep versions. Answers it, and the files that nothing names any more.
     */
    add(at: Address, { configuration }: Bucket, content?: Content): { version: Version; unused: EncryptedFile[] } {
      const versionId =
        configuration.BucketVersioning?.Status === 'Enabled' ? randomBytes(24).toString('base64url') : 'null';
      const version: Version = { ...content, versionId, lastModified: Math.floor(Date.now() / 1000) };
      const old = versionsOf(at);
      keep(at, [version, ...old.filter((each) => each.versionId !== versionId)]);
      return { version, unused: old.filter((each) => each.versionId === versionId).flatMap(filesOf) };
    },

    /** Takes one version away for good; undefined when there is none of that id. */
    remove(at: Address, id: string): { version: Version; unused: readonly EncryptedFile[] } | undefined {
      const old = versionsOf(at);
      const version = old.find(({ versionId }) => versionId === id);
      if (version === undefined) return undefined;
      keep(
        at,
        old.filter((each) => each !== version),
      );
      return { version, unused: filesOf(version) };
    },
  };
}

const filesOf = (version: Version): readonly EncryptedFile[] => (isObject(version) ? version.content : []);

export const noSuchKey = (Key: string, members: object = {}): AwsError =>
  new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404, members: { Key, ...members } });

export const preconditionFailed = (Condition: string): AwsError =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    status: 412,
    members: { Condition },
  });

/** Quotes are optional in conditions and lists of parts. */
export const sameEtag = (given: string, etag: string): boolean =>
  given.replaceAll('"', '') === etag.replaceAll('"', '');
