import { z } from 'zod';
import { AwsError } from '../aws.ts';
import type { Operation, Output } from '../aws.ts';
import { operation } from '../operation.ts';
import { encryptionAnswer } from './encryption.ts';
import { noSuchKey, preconditionFailed, sameEtag } from './objects.ts';
import type { ObjectVersion } from './objects.ts';
import { readSegments } from './segments.ts';
import { checksumAnswer, versionAnswer } from './write.ts';
import type { S3Parts } from './write.ts';

const request = {
  Bucket: z.string(),
  Key: z.string(),
  VersionId: z.string().optional(),
  ChecksumMode: z.literal('ENABLED').optional(),
  Range: z.string().optional(),
  IfMatch: z.string().optional(),
  IfNoneMatch: z.string().optional(),
  IfModifiedSince: z.string().optional(),
  IfUnmodifiedSince: z.string().optional(),
};
type ReadRequest = z.output<z.ZodObject<typeof request>>;

export function readOperations({ buckets, objects, encryption }: S3Parts): Record<string, Operation> {
  const find = ({ Bucket, Key, VersionId, ...conditions }: ReadRequest): ObjectVersion => {
    const { name } = buckets.find(Bucket);
    const all = objects.versionsOf(name, Key);
    const version = VersionId === undefined ? all[0] : all.find(({ versionId }) => versionId === VersionId);
    if (version === undefined && VersionId !== undefined)
      throw new AwsError('NoSuchVersion', 'The specified version does not exist.', { status: 404 });
    if (version?.deleteMarker === true && VersionId !== undefined)
      throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
        status: 405,
      });
    if (version === undefined || version.deleteMarker) throw noSuchKey(Key);
    checkReadConditions(version, conditions);
    return version;
  };

  return {
    HeadObject: operation(request, async (input, caller) => {
      const version = find(input);
      // S3 asks KMS for heads too.
      await encryption.open(version.encryption, { bucket: buckets.find(input.Bucket), key: input.Key, caller });
      return describe(version, input).answer;
    }),
    GetObject: operation(request, async (input, caller) => {
      const version = find(input);
      const { answer, start, end } = describe(version, input);
      const place = { bucket: buckets.find(input.Bucket), key: input.Key, caller };
      const dataKey = await encryption.open(version.encryption, place);
      const Body = await readSegments(version.segments, { folder: objects.folder, dataKey, start, end });
      return { ...answer, Body };
    }),
  };
}

function describe(version: ObjectVersion, { Range, ChecksumMode }: ReadRequest) {
  const { size } = version;
  const range = parseRange(Range, size);
  const { start, end } = range ?? { start: 0, end: size };
  const answer: NonNullable<Output> = {
    AcceptRanges: 'bytes',
    LastModified: version.lastModified,
    ETag: version.etag,
    ContentLength: end - start,
    ...(range === undefined ? {} : { ContentRange: `bytes ${start}-${end - 1}/${size}` }),
    ContentType: 'binary/octet-stream',
    ...version.headers,
    Metadata: version.metadata,
    ...versionAnswer(version),
    ...encryptionAnswer(version.encryption),
    ...(ChecksumMode === 'ENABLED' && range === undefined ? checksumAnswer(version) : {}),
  };
  return { answer, start, end };
}

/** `bytes=a-b`, `bytes=a-`, `bytes=-n`; anything else is ignored, as HTTP has it. `end` is exclusive. */
export function parseRange(range: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (match === null || (from === '' && to === '') || (from !== '' && to !== '' && Number(to) < Number(from)))
    return undefined;
  const start = from === '' ? Math.max(size - Number(to), 0) : Number(from);
  const end = from === '' || to === '' ? size : Math.min(Number(to) + 1, size);
  if (start < size && start < end) return { start, end };
  throw new AwsError('InvalidRange', 'The requested range is not satisfiable', {
    status: 416,
    members: { RangeRequested: range, ActualObjectSize: size },
  });
}

/** In the order of https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-reads.html */
function checkReadConditions(version: ObjectVersion, conditions: Omit<ReadRequest, 'Bucket' | 'Key'>): void {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  const matches = (etag: string): boolean => etag === '*' || sameEtag(etag, version.etag);
  const modifiedAfter = (date: string): boolean => version.lastModified * 1000 > Date.parse(date);
  if (IfMatch !== undefined && !matches(IfMatch)) throw preconditionFailed('If-Match');
  if (IfMatch === undefined && IfUnmodifiedSince !== undefined && modifiedAfter(IfUnmodifiedSince))
    throw preconditionFailed('If-Unmodified-Since');
  const unchanged =
    IfNoneMatch === undefined ? IfModifiedSince !== undefined && !modifiedAfter(IfModifiedSince) : matches(IfNoneMatch);
  if (unchanged) throw new AwsError('NotModified', 'Not Modified', { status: 304, members: { ETag: version.etag } });
}
