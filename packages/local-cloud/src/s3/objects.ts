import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from '../aws.ts';
import type { Encryption } from './encryption.ts';
import type { EncryptedFile } from './files.ts';

export interface ObjectVersion {
  /** `null` in a bucket that does not keep versions. */
  readonly versionId: string;
  /** Epoch seconds. */
  readonly lastModified: number;
  /** Bytes. */
  readonly size: number;
  /** Quoted, as in the header. */
  readonly etag: string;
  readonly content: EncryptedFile;
  readonly encryption: Encryption;
  /** By member name, e.g. `ContentType`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Address {
  readonly Bucket: string;
  readonly Key: string;
}

interface Commit {
  readonly at: Address;
  readonly object: Omit<ObjectVersion, 'versionId' | 'lastModified'>;
  /** Whether older versions stay. */
  readonly versioned: boolean;
  /** What this writes is written with the object: both or neither. */
  readonly also: (version: ObjectVersion) => void;
}

export type Objects = ReturnType<typeof objectsOf>;

/**
 * Which versions exist, and the folder with their bytes. A file counts from the moment a version in the store names it;
 * files that nothing names are what a kill left behind, and go at start.
 */
export function objectsOf({ store, stateDir }: Cloud) {
  const folder = join(stateDir, 's3');
  /** By `bucket/key`, newest first. */
  const objects = store.collection<ObjectVersion[]>('s3.object');
  const versionsOf = ({ Bucket, Key }: Address): ObjectVersion[] => objects.get(`${Bucket}/${Key}`) ?? [];
  const discard = (file: string): void => {
    rmSync(join(folder, file), { force: true });
  };

  mkdirSync(folder, { recursive: true });
  const named = new Set(objects.list().flatMap(({ value }) => value.map(({ content }) => content.file)));
  for (const file of readdirSync(folder)) if (!named.has(file)) discard(file);

  return {
    folder,
    discard,
    versionsOf,
    /** The current versions of the keys that start with `prefix`, in key order. */
    list: (bucket: string, prefix: string): { key: string; version: ObjectVersion }[] =>
      objects
        .list(`${bucket}/${prefix}`)
        .flatMap(({ key, value: [newest] }) =>
          newest === undefined ? [] : [{ key: key.slice(bucket.length + 1), version: newest }],
        ),

    /** Puts a version in front; without versioning, in place of the `null` one. */
    commit({ at, object, versioned, also }: Commit): ObjectVersion {
      const versionId = versioned ? randomBytes(24).toString('base64url') : 'null';
      const version = { ...object, versionId, lastModified: Math.floor(Date.now() / 1000) };
      const old = versionsOf(at);
      const replaced = old.find((each) => each.versionId === versionId);
      store.transaction(() => {
        objects.put(`${at.Bucket}/${at.Key}`, [version, ...old.filter((each) => each !== replaced)]);
        also(version);
      });
      if (replaced !== undefined) discard(replaced.content.file);
      return version;
    },
  };
}
