import { randomBytes } from 'node:crypto';
import { AwsError, type Cloud } from '../aws.ts';
import type { EncryptedFile } from './files.ts';
import type { Address, Described } from './objects.ts';

/** A multipart upload under way. All its parts are encrypted under its one data key. */
export interface Upload extends Described, Address {
  /** Epoch seconds. */
  readonly initiated: number;
}

export interface Part {
  readonly number: number;
  /** Epoch seconds. */
  readonly lastModified: number;
  readonly size: number;
  /** Hex, without quotes. */
  readonly etag: string;
  readonly content: readonly EncryptedFile[];
}

export type Uploads = ReturnType<typeof uploadsOf>;

/** Which uploads are under way, and what has come of them. */
export function uploadsOf({ store }: Cloud) {
  const uploads = store.collection<Upload>('s3.upload');
  const parts = store.collection<Part>('s3.part');
  const partKey = (id: string, number: number): string => `${id}/${String(number).padStart(5, '0')}`;

  return {
    /** The files that parts are made of. */
    files: (): EncryptedFile[] => parts.list().flatMap(({ value }) => value.content),

    /** In a bucket, by key and then by age. */
    list: (bucket: string, prefix: string): { key: string; id: string; initiated: number }[] =>
      uploads
        .list()
        .filter(({ value: { Bucket, Key } }) => Bucket === bucket && Key.startsWith(prefix))
        .map(({ key: id, value: { Key, initiated } }) => ({ key: Key, id, initiated }))
        .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || a.initiated - b.initiated),

    start(upload: Upload): string {
      const id = randomBytes(24).toString('base64url');
      uploads.put(id, upload);
      return id;
    },

    find(id: string, { Bucket, Key }: Address): Upload {
      const upload = uploads.get(id);
      if (upload?.Bucket === Bucket && upload.Key === Key) return upload;
      throw new AwsError(
        'NoSuchUpload',
        'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
        { status: 404, members: { UploadId: id } },
      );
    },

    /** In the order of their numbers. */
    partsOf: (id: string): Part[] => parts.list(`${id}/`).map(({ value }) => value),

    /** Answers the files of the part that had this number before. */
    putPart(id: string, part: Part): readonly EncryptedFile[] {
      const key = partKey(id, part.number);
      const old = parts.get(key);
      parts.put(key, part);
      return old?.content ?? [];
    },

    /** Forgets the upload and its parts; their files are the caller's. */
    end(id: string): void {
      uploads.remove(id);
      for (const { key } of parts.list(`${id}/`)) parts.remove(key);
    },
  };
}
