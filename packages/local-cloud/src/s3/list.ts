import { z } from 'zod';
import { AwsError, type Operation } from '../aws.ts';
import { operation } from '../operation.ts';
import { isObject, type ObjectVersion } from './objects.ts';
import type { Storage } from './storage.ts';

const text = z.string().default('');
const limit = z.coerce
  .number()
  .int()
  .min(0)
  .default(1000)
  .transform((most) => Math.min(most, 1000));

const listing = { Bucket: z.string(), Prefix: text, Delimiter: text, EncodingType: z.literal('url').optional() };
type Listing = z.output<z.ZodObject<typeof listing>>;

export function listOperations({ cloud, buckets, objects, uploads }: Storage): Record<string, Operation> {
  const Owner = { ID: cloud.account };

  const currentObjects = (bucket: string, prefix: string) =>
    objects
      .list(bucket, prefix)
      .flatMap(({ key, versions: [version] }) => (isObject(version) ? [{ key, version }] : []));

  /** All versions in order; `rank` is a version's place among those of its key. */
  const allVersions = (bucket: string, prefix: string) =>
    objects
      .list(bucket, prefix)
      .flatMap(({ key, versions }) => versions.map((version, rank) => ({ key, rank, version })));

  return {
    ListObjects: operation({ ...listing, Marker: text, MaxKeys: limit }, ({ Marker, MaxKeys, ...input }) => {
      buckets.find(input.Bucket);
      const page = pageOf(currentObjects(input.Bucket, input.Prefix), input, { key: Marker }, MaxKeys);
      const { encode, answer } = frame(input, page);
      return {
        ...{ Name: input.Bucket, ...answer, MaxKeys, Marker: encode(Marker) },
        // S3 says where to go on only where prefixes may hide it.
        NextMarker: page.last === undefined || input.Delimiter === '' ? undefined : encode(page.last),
        Contents: page.items.map(({ key, version }) => ({ Key: encode(key), ...contentOf(version), Owner })),
      };
    }),

    ListObjectsV2: operation(
      {
        ...listing,
        MaxKeys: limit,
        StartAfter: text,
        ContinuationToken: z.string().optional(),
        FetchOwner: z.union([z.boolean(), z.stringbool()]).default(false),
      },
      ({ MaxKeys, StartAfter, ContinuationToken, FetchOwner, ...input }) => {
        buckets.find(input.Bucket);
        const after = ContinuationToken === undefined ? StartAfter : decodeToken(ContinuationToken);
        const page = pageOf(currentObjects(input.Bucket, input.Prefix), input, { key: after }, MaxKeys);
        const { encode, answer } = frame(input, page);
        return {
          ...{ Name: input.Bucket, ...answer, MaxKeys, ContinuationToken },
          StartAfter: StartAfter === '' ? undefined : encode(StartAfter),
          NextContinuationToken: page.last === undefined ? undefined : Buffer.from(page.last).toString('base64'),
          KeyCount: page.items.length + page.prefixes.length,
          Contents: page.items.map(({ key, version }) => {
            return { Key: encode(key), ...contentOf(version), ...(FetchOwner ? { Owner } : {}) };
          }),
        };
      },
    ),

    ListObjectVersions: operation(
      { ...listing, MaxKeys: limit, KeyMarker: text, VersionIdMarker: text },
      ({ MaxKeys, KeyMarker, VersionIdMarker, ...input }) => {
        buckets.find(input.Bucket);
        const all = allVersions(input.Bucket, input.Prefix);
        const marked = all.find(({ key, version }) => key === KeyMarker && version.versionId === VersionIdMarker);
        const page = pageOf(all, input, marked ?? { key: KeyMarker }, MaxKeys);
        const { encode, answer } = frame(input, page);
        const items = page.items.map(({ key, rank, version }) => ({
          ...{ Key: encode(key), VersionId: version.versionId, IsLatest: rank === 0, Owner },
          ...(isObject(version) ? contentOf(version) : { LastModified: version.lastModified }),
        }));
        const next = nextOf(page);
        return {
          ...{ Name: input.Bucket, ...answer, MaxKeys, KeyMarker: encode(KeyMarker), VersionIdMarker },
          NextKeyMarker: page.last === undefined ? undefined : encode(page.last),
          NextVersionIdMarker: next?.version.versionId,
          Versions: items.filter((item) => 'ETag' in item),
          DeleteMarkers: items.filter((item) => !('ETag' in item)),
        };
      },
    ),

    ListMultipartUploads: operation(
      { ...listing, MaxUploads: limit, KeyMarker: text, UploadIdMarker: text },
      ({ MaxUploads, KeyMarker, UploadIdMarker, ...input }) => {
        buckets.find(input.Bucket);
        const all = uploads.list(input.Bucket, input.Prefix).map((upload, rank) => ({ ...upload, rank }));
        const marked = all.find(({ key, id }) => key === KeyMarker && id === UploadIdMarker);
        const page = pageOf(all, input, marked ?? { key: KeyMarker }, MaxUploads);
        const { encode, answer } = frame(input, page);
        return {
          ...{ Bucket: input.Bucket, ...answer, MaxUploads, KeyMarker: encode(KeyMarker), UploadIdMarker },
          NextKeyMarker: page.last === undefined ? undefined : encode(page.last),
          NextUploadIdMarker: nextOf(page)?.id,
          Uploads: page.items.map(({ key, id, initiated }) => {
            return { Key: encode(key), UploadId: id, Initiated: initiated, StorageClass: 'STANDARD', Owner };
          }),
        };
      },
    ),
  };
}

const contentOf = ({ lastModified, etag, size }: ObjectVersion) => ({
  ...{ LastModified: lastModified, ETag: etag, Size: size, StorageClass: 'STANDARD' },
});

/** What every listing answers, and how it writes names. */
function frame({ Prefix, Delimiter, EncodingType }: Listing, { prefixes, last }: Page<unknown>) {
  const encode = (value: string): string => (EncodingType === 'url' ? encodeKey(value) : value);
  const answer = {
    Prefix: encode(Prefix),
    Delimiter: Delimiter === '' ? undefined : encode(Delimiter),
    EncodingType,
    IsTruncated: last !== undefined,
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
  return { encode, answer };
}

/** A place in a listing: after a key, or after the item of that rank among those of the same key. */
interface Place {
  readonly key: string;
  readonly rank?: number;
}

interface Page<T> {
  readonly items: T[];
  readonly prefixes: string[];
  /** Where the next page goes on: after this key or common prefix. Undefined on the last page. */
  readonly last: string | undefined;
}

/** The item after which the next page goes on; undefined if that is a common prefix, or there is no next page. */
const nextOf = <T extends Place>({ items, last }: Page<T>): T | undefined => {
  const item = items.at(-1);
  return item?.key === last ? item : undefined;
};

/**
 * One page of a listing in key order. Keys that have the delimiter after the prefix roll up into one common prefix,
 * which counts once, and is passed over whole when a page starts after it.
 */
export function pageOf<T extends Place>(
  sorted: readonly T[],
  { Prefix, Delimiter }: Pick<Listing, 'Prefix' | 'Delimiter'>,
  after: Place,
  most: number,
): Page<T> {
  const items: T[] = [];
  const prefixes: string[] = [];
  const start = Buffer.from(after.key);
  const passed = (name: string, { rank = 0 }: Place): boolean => {
    const order = Buffer.from(name).compare(start);
    return order < 0 || (order === 0 && rank <= (after.rank ?? Infinity));
  };
  let last = '';
  for (const item of most === 0 ? [] : sorted) {
    const end = Delimiter === '' ? -1 : item.key.indexOf(Delimiter, Prefix.length);
    const name = end < 0 ? item.key : item.key.slice(0, end + Delimiter.length);
    if (passed(name, item) || (end >= 0 && name === last)) continue;
    if (items.length + prefixes.length === most) return { items, prefixes, last };
    if (end < 0) items.push(item);
    else prefixes.push(name);
    last = name;
  }
  return { items, prefixes, last: undefined };
}

/** As S3's `encoding-type=url`: like a form, slashes kept. */
const encodeKey = (key: string): string =>
  new URLSearchParams({ key }).toString().slice('key='.length).replaceAll('%2F', '/');

function decodeToken(token: string): string {
  const decoded = Buffer.from(token, 'base64').toString();
  if (decoded !== '' && Buffer.from(decoded).toString('base64') === token) return decoded;
  throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect');
}
