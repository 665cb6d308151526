import { z } from 'zod';
import { AwsError } from '../aws.ts';
import type { Operation } from '../aws.ts';
import { operation } from '../operation.ts';
import type { Buckets } from './buckets.ts';
import type { Objects } from './objects.ts';

const text = z.string().default('');

export const listObjects = (buckets: Buckets, objects: Objects): Operation =>
  operation(
    {
      Bucket: z.string(),
      Prefix: text,
      Delimiter: text,
      MaxKeys: z.coerce.number().int().min(0).default(1000),
      EncodingType: z.literal('url').optional(),
      ContinuationToken: z.string().optional(),
    },
    ({ Bucket, Prefix, Delimiter, MaxKeys, EncodingType, ContinuationToken }) => {
      buckets.find(Bucket);
      const limit = Math.min(MaxKeys, 1000);
      const after = decodeToken(ContinuationToken);
      const current = objects.list(Bucket, Prefix);
      const { items, prefixes, last } = pageOf(current, { prefix: Prefix, delimiter: Delimiter, after, limit });
      const encode = (value: string): string => (EncodingType === 'url' ? encodeKey(value) : value);
      return {
        Name: Bucket,
        Prefix: encode(Prefix),
        ...(Delimiter === '' ? {} : { Delimiter: encode(Delimiter) }),
        ContinuationToken,
        NextContinuationToken: last === undefined ? undefined : Buffer.from(last).toString('base64'),
        MaxKeys: limit,
        EncodingType,
        KeyCount: items.length + prefixes.length,
        IsTruncated: last !== undefined,
        Contents: items.map(({ key, version: { lastModified, etag, size } }) => ({
          Key: encode(key),
          LastModified: lastModified,
          ETag: etag,
          Size: size,
          StorageClass: 'STANDARD',
        })),
        CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
      };
    },
  );

interface Page<T> {
  readonly items: T[];
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
  const items: T[] = [];
  const prefixes: string[] = [];
  if (limit === 0) return { items, prefixes, last: undefined };
  const start = Buffer.from(after);
  let last = '';
  for (const item of sorted) {
    const end = delimiter === '' ? -1 : item.key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? item.key : item.key.slice(0, end + delimiter.length);
    if (Buffer.from(name).compare(start) <= 0 || (end >= 0 && name === last)) continue;
    if (items.length + prefixes.length === limit) return { items, prefixes, last };
    if (end < 0) items.push(item);
    else prefixes.push(name);
    last = name;
  }
  return { items, prefixes, last: undefined };
}

/** As S3's `encoding-type=url`: like a form, slashes kept. */
const encodeKey = (key: string): string =>
  new URLSearchParams({ key }).toString().slice('key='.length).replaceAll('%2F', '/');

function decodeToken(token: string | undefined): string {
  const decoded = Buffer.from(token ?? '', 'base64').toString();
  if (token === undefined || (decoded !== '' && Buffer.from(decoded).toString('base64') === token)) return decoded;
  throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect');
}
