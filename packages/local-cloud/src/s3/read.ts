import { z } from 'zod';
import { AwsError } from '../aws.ts';
import type { Operation, Output } from '../aws.ts';
import { operation } from '../operation.ts';
import { encryptionAnswer } from './encryption.ts';
import { noSuchKey, preconditionFailed, sameEtag } from './objects.ts';
import type { ObjectVersion } from './objects.ts';
import { readSegments } from './segments.ts';
import { checksumAnswer, versionAnswer } from './write.ts';
import type { Storage } from './write.ts';

const request = {
  Bucket: z.string(),
  Key: z.string(),
  VersionId: z.string().optional(),
  ChecksumMode: z.literal('ENABLED').optional(),
  Range: z.string().optional(),
  IfMatch: z.string().optional(),
  IfNoneMatch: z.string().optional(),
};
type ReadRequest = z.output<z.ZodObject<typeof request>>;

export function readOperations({ buckets, objects, encryption }: Storage): Record<string, Operation> {
  const find = (input: ReadRequest): ObjectVersion => {
    buckets.find(input.Bucket);
    const version = chosen(objects.versionsOf(input), input);
    if (input.IfMatch !== undefined && !sameEtag(input.IfMatch, version.etag)) throw preconditionFailed('If-Match');
    if (input.IfNoneMatch !== undefined && sameEtag(input.IfNoneMatch, version.etag))
      throw new AwsError('NotModified', 'Not Modified', { status: 304 });
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

function chosen(all: readonly ObjectVersion[], { Key, VersionId }: ReadRequest): ObjectVersion {
  if (VersionId === undefined) {
    if (all[0] === undefined || all[0].deleteMarker) throw noSuchKey(Key);
    return all[0];
  }
  const version = all.find(({ versionId }) => versionId === VersionId);
  if (version === undefined)
    throw new AwsError('NoSuchVersion', 'The specified version does not exist.', { status: 404 });
  if (version.deleteMarker)
    throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
      status: 405,
    });
  return version;
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
  const [, suffix, first, last] = /^bytes=(?:-(\d+)|(\d+)-(\d+)?)$/.exec(range ?? '') ?? [];
  if (suffix === undefined && first === undefined) return undefined;
  const start = first === undefined ? Math.max(size - Number(suffix), 0) : Number(first);
  const end = last === undefined ? size : Number(last) + 1;
  if (last !== undefined && end <= start) return undefined;
  if (start < Math.min(end, size)) return { start, end: Math.min(end, size) };
  throw new AwsError('InvalidRange', 'The requested range is not satisfiable', {
    status: 416,
    members: { RangeRequested: range, ActualObjectSize: size },
  });
}
