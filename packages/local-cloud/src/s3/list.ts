import { z } from 'zod';
import { AwsError } from '../aws.ts';
import type { Operation } from '../aws.ts';
import { operation } from '../operation.ts';
import type { ObjectVersion } from './objects.ts';
import type { S3Parts } from './write.ts';

const text = z.string().default('');
const shape = {
  Bucket: z.string(),
  Prefix: text,
  Delimiter: text,
  MaxKeys: z.coerce.number().int().min(0).default(1000),
  EncodingType: z.literal('url').optional(),
};

export function listOperations({ buckets, objects }: S3Parts): Record<string, Operation> {
  return {
    ListObjectsV2: operation(
      {
        ...shape,
        ContinuationToken: z.string().optional(),
        StartAfter: text,
        FetchOwner: z.literal('false').optional(),
      },
      ({ Bucket, Prefix, Delimiter, MaxKeys, EncodingType, ContinuationToken, StartAfter }) => {
        const { name } = buckets.find(Bucket);
        const after = ContinuationToken === undefined ? StartAfter : decodeToken(ContinuationToken);
        const limit = Math.min(MaxKeys, 1000);
        const current = objects
          .list(name, Prefix)
          .flatMap(({ key, versions: [newest] }) =>
            newest === undefined || newest.deleteMarker ? [] : [{ key, version: newest }],
          );
        const page = pageOf(current, { prefix: Prefix, delimiter: Delimiter, after, limit });
        const encode = (value: string): string => (EncodingType === 'url' ? encodeKey(value) : value);
        return {
          Name: name,
          Prefix: encode(Prefix),
          ...(Delimiter === '' ? {} : { Delimiter: encode(Delimiter) }),
          ...(StartAfter === '' ? {} : { StartAfter: encode(StartAfter) }),
          ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
          MaxKeys: limit,
          EncodingType,
          KeyCount: page.keys.length + page.prefixes.length,
          IsTruncated: page.last !== undefined,
          ...(page.last === undefined ? {} : { NextContinuationToken: Buffer.from(page.last).toString('base64') }),
          Contents: page.keys.map(({ key, version }) => ({ Key: encode(key), ...entry(version) })),
          CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
        };
      },
    ),
    ListObjectVersions: operation({ Bucket: shape.Bucket, Prefix: text, EncodingType: shape.EncodingType }, (input) => {
      const { name } = buckets.find(input.Bucket);
      const all = objects.list(name, input.Prefix).flatMap(({ key, versions }) =>
        versions.map((version, index) => ({
          deleteMarker: version.deleteMarker,
          Key: input.EncodingType === 'url' ? encodeKey(key) : key,
          VersionId: version.versionId,
          IsLatest: index === 0,
          ...(version.deleteMarker ? { LastModified: version.lastModified } : entry(version)),
        })),
      );
      const only = (marker: boolean) =>
        all.flatMap(({ deleteMarker, ...rest }) => (deleteMarker === marker ? [rest] : []));
      return {
        Name: name,
        Prefix: input.Prefix,
        EncodingType: input.EncodingType,
        IsTruncated: false,
        Versions: only(false),
        DeleteMarkers: only(true),
      };
    }),
  };
}

const entry = ({ lastModified, etag, size }: ObjectVersion) => ({
  LastModified: lastModified,
  ETag: etag,
  Size: size,
  StorageClass: 'STANDARD',
});

interface Page<T> {
  readonly keys: T[];
  readonly prefixes: string[];
  /** Where the next page goes on; undefined on the last page. */
  readonly last: string | undefined;
}

/**
 * One page of a listing in key order. Keys that have `delimiter` after `prefix` roll up into one common prefix, which
 * counts once, and is passed over whole when a page starts after it.
 */
export function pageOf<T extends { readonly key: string }>(
  sorted: readonly T[],
  { prefix, delimiter, after, limit }: { prefix: string; delimiter: string; after: string; limit: number },
): Page<T> {
  const keys: T[] = [];
  const prefixes: string[] = [];
  let last = '';
  for (const item of sorted) {
    const end = delimiter === '' ? -1 : item.key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? item.key : item.key.slice(0, end + delimiter.length);
    if (Buffer.compare(Buffer.from(name), Buffer.from(after)) <= 0 || (end >= 0 && name === last)) continue;
    if (keys.length + prefixes.length === limit) return { keys, prefixes, last: limit === 0 ? undefined : last };
    if (end < 0) keys.push(item);
    else prefixes.push(name);
    last = name;
  }
  return { keys, prefixes, last: undefined };
}

/** As S3's `encoding-type=url`: like a form, slashes kept. */
const encodeKey = (key: string): string =>
  encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+')
    .replace(/[!'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

function decodeToken(token: string): string {
  const decoded = Buffer.from(token, 'base64').toString();
  if (decoded !== '' && Buffer.from(decoded).toString('base64') === token) return decoded;
  throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect');
}
