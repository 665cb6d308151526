import { z } from 'zod';
import { AwsError, type Caller, type Operation } from '../aws.ts';
import { operation } from '../operation.ts';
import { checkRead, readConditions } from './conditions.ts';
import { encryptionAnswer } from './encryption.ts';
import type { ObjectVersion } from './objects.ts';
import { address, readable, versionAnswer, type Storage } from './storage.ts';

const text = z.string().optional();

/** What a (presigned) request may ask to have answered in place of the object's own. */
const overrides = {
  ResponseContentType: text,
  ResponseContentEncoding: text,
  ResponseContentDisposition: text,
  ResponseContentLanguage: text,
  ResponseCacheControl: text,
  ResponseExpires: text,
};

const reading = {
  ...address,
  ...readConditions,
  ...overrides,
  VersionId: text,
  // No checksums are kept: the bytes are authenticated by their encryption.
  ChecksumMode: z.literal('ENABLED').optional(),
  Range: text,
};
type Reading = z.output<z.ZodObject<typeof reading>>;

const ATTRIBUTES = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'] as const;

export function readOperations(storage: Storage): Record<string, Operation> {
  const { buckets, files, encryption } = storage;

  const find = async ({ Range, ...input }: Reading, caller: Caller) => {
    const bucket = buckets.find(input.Bucket);
    const version = await readable(storage, input, caller);
    checkRead(version, input);
    const range = parseRange(Range, version.size);
    // S3 asks KMS for heads too.
    const dataKey = await encryption.open(version.encryption, { bucket, key: input.Key, caller });
    return {
      version,
      dataKey,
      range: range ?? { start: 0, end: version.size },
      answer: describe(version, range, input),
    };
  };

  return {
    HeadObject: operation(reading, async (input, caller) => (await find(input, caller)).answer),
    GetObject: operation(reading, async (input, caller) => {
      const { version, dataKey, range, answer } = await find(input, caller);
      return { ...answer, Body: files.read(version.content, { dataKey, ...range }) };
    }),
    GetObjectAttributes: operation(
      {
        ...address,
        VersionId: text,
        ObjectAttributes: z
          .string()
          .transform((list) => list.split(',').map((name) => name.trim()))
          .pipe(z.array(z.enum(ATTRIBUTES)).min(1)),
      },
      async ({ VersionId, ObjectAttributes, ...at }, caller) => {
        const { version } = await find({ ...at, VersionId }, caller);
        const [etag = '', parts] = version.etag.replaceAll('"', '').split('-');
        const attributes = {
          ETag: parts === undefined ? etag : `${etag}-${parts}`,
          ObjectParts: parts === undefined ? undefined : { PartsCount: Number(parts) },
          StorageClass: 'STANDARD',
          ObjectSize: version.size,
          Checksum: undefined,
        };
        const asked = Object.fromEntries(ObjectAttributes.map((name) => [name, attributes[name]]));
        return { LastModified: version.lastModified, ...versionAnswer(version), ...asked };
      },
    ),
  };
}

function describe(version: ObjectVersion, range: Range | undefined, input: Partial<Reading>) {
  const { size } = version;
  const { start, end } = range ?? { start: 0, end: size };
  const overridden = Object.entries(input).flatMap(([name, value]) =>
    name in overrides && value !== undefined ? [[name.slice('Response'.length), value]] : [],
  );
  return {
    AcceptRanges: 'bytes',
    LastModified: version.lastModified,
    ETag: version.etag,
    ContentLength: end - start,
    ...(range === undefined ? {} : { ContentRange: `bytes ${start}-${end - 1}/${size}` }),
    ContentType: 'binary/octet-stream',
    ...version.headers,
    ...(Object.fromEntries(overridden) as object),
    Metadata: version.metadata,
    ...versionAnswer(version),
    ...encryptionAnswer(version.encryption),
  };
}

interface Range {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** `bytes=a-b`, `bytes=a-`, `bytes=-n`; anything else is ignored, as HTTP has it. */
export function parseRange(range: string | undefined, size: number): Range | undefined {
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
