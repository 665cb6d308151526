import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { AwsError, type Caller, type Operation } from '../aws.ts';
import { operation } from '../operation.ts';
import { writeConditions } from './conditions.ts';
import { encryptionAnswer } from './encryption.ts';
import { sameEtag } from './objects.ts';
import { parseRange } from './read.ts';
import { address, body, versionAnswer, type Storage } from './storage.ts';
import type { Part } from './uploads.ts';
import { commit, copySource, described, description, etagOf, openSource } from './write.ts';

const SMALLEST = 5 * 1024 * 1024;
const upload = { ...address, UploadId: z.string() };
const number = z.coerce.number().int().min(1).max(10_000);
const part = { ...upload, PartNumber: number };

export function multipartOperations(storage: Storage): Record<string, Operation> {
  const { cloud, buckets, uploads, files, encryption: encryptions } = storage;

  /** Stores a part, unless the upload has ended by then. */
  const store = async (
    { UploadId, PartNumber, ...at }: z.output<z.ZodObject<typeof part>>,
    source: Readable,
    caller: Caller,
  ) => {
    const { encryption } = uploads.find(UploadId, at);
    const dataKey = await encryptions.open(encryption, { bucket: buckets.find(at.Bucket), key: at.Key, caller });
    const { content, size, md5 } = await files.write(source, dataKey);
    const etag = etagOf(encryption, md5);
    const lastModified = Math.floor(Date.now() / 1000);
    try {
      uploads.find(UploadId, at);
      files.discard(uploads.putPart(UploadId, { number: PartNumber, lastModified, size, etag, content }));
    } catch (error) {
      files.discard(content);
      throw error;
    }
    return { ETag: `"${etag}"`, LastModified: lastModified, encrypted: encryptionAnswer(encryption) };
  };

  return {
    CreateMultipartUpload: operation({ ...address, ...description }, async ({ Bucket, Key, ...input }, caller) => {
      const { asked, ...kept } = described(input);
      const { encryption } = await encryptions.create(asked, { bucket: buckets.find(Bucket), key: Key, caller });
      const initiated = Math.floor(Date.now() / 1000);
      const UploadId = uploads.start({ Bucket, Key, initiated, encryption, ...kept });
      return { Bucket, Key, UploadId, ...encryptionAnswer(encryption) };
    }),

    UploadPart: operation({ ...part, Body: body }, async ({ Body, ...input }, caller) => {
      const { ETag, encrypted } = await store(input, Body, caller);
      return { ETag, ...encrypted };
    }),

    UploadPartCopy: operation(
      { ...part, ...copySource, CopySourceRange: z.string().optional() },
      async ({ Bucket, Key, UploadId, PartNumber, CopySourceRange, ...input }, caller) => {
        uploads.find(UploadId, { Bucket, Key });
        const { version, dataKey, answer } = await openSource(storage, input, caller);
        const range = parseRange(CopySourceRange, version.size) ?? { start: 0, end: version.size };
        const source = files.read(version.content, { dataKey, ...range });
        const { encrypted, ...CopyPartResult } = await store({ Bucket, Key, UploadId, PartNumber }, source, caller);
        return { CopyPartResult, ...answer, ...encrypted };
      },
    ),

    CompleteMultipartUpload: operation(
      {
        ...upload,
        ...writeConditions,
        // Checksums were verified as the parts came.
        MultipartUpload: z.object({ Parts: z.array(z.object({ PartNumber: number, ETag: z.string() })).min(1) }),
        MpObjectSize: z.coerce.number().optional(),
      },
      async ({ Bucket, Key, UploadId, MultipartUpload, MpObjectSize, ...conditions }, caller) => {
        const at = { Bucket, Key };
        const { encryption, headers, metadata } = uploads.find(UploadId, at);
        await encryptions.open(encryption, { bucket: buckets.find(Bucket), key: Key, caller });
        uploads.find(UploadId, at);
        const uploaded = uploads.partsOf(UploadId);
        const parts = chosenParts(uploaded, MultipartUpload.Parts);
        const size = parts.reduce((sum, each) => sum + each.size, 0);
        if (MpObjectSize !== undefined && MpObjectSize !== size)
          throw new AwsError(
            'InvalidRequest',
            'The provided x-amz-mp-object-size header does not match what was uploaded',
          );
        const md5 = createHash('md5').update(Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex'))));
        const version = commit(
          storage,
          { at, caller, reason: 'CompleteMultipartUpload', conditions },
          {
            size,
            etag: `"${etagOf(encryption, md5.digest('hex'))}-${parts.length}"`,
            content: parts.flatMap(({ content }) => content),
            ...{ encryption, headers, metadata },
          },
          () => {
            uploads.end(UploadId);
          },
        );
        files.discard(uploaded.filter((each) => !parts.includes(each)).flatMap(({ content }) => content));
        const Location = `${cloud.endpoint}/${Bucket}/${Key}`;
        return { Location, ...at, ETag: version.etag, ...versionAnswer(version), ...encryptionAnswer(encryption) };
      },
    ),

    AbortMultipartUpload: operation(upload, ({ UploadId, ...at }) => {
      uploads.find(UploadId, at);
      const parts = uploads.partsOf(UploadId);
      cloud.store.transaction(() => {
        uploads.end(UploadId);
      });
      files.discard(parts.flatMap(({ content }) => content));
      return undefined;
    }),

    ListParts: operation(
      {
        ...upload,
        MaxParts: z.coerce.number().int().min(0).default(1000),
        PartNumberMarker: z.coerce.number().int().min(0).default(0),
      },
      ({ UploadId, MaxParts, PartNumberMarker, ...at }) => {
        uploads.find(UploadId, at);
        const limit = Math.min(MaxParts, 1000);
        const found = uploads.partsOf(UploadId).filter(({ number }) => number > PartNumberMarker);
        const page = found.slice(0, limit);
        return {
          ...{ ...at, UploadId, PartNumberMarker, MaxParts: limit, StorageClass: 'STANDARD' },
          NextPartNumberMarker: page.at(-1)?.number ?? PartNumberMarker,
          IsTruncated: limit > 0 && page.length < found.length,
          ...{ Owner: { ID: cloud.account }, Initiator: { ID: cloud.account } },
          Parts: page.map(({ number: PartNumber, lastModified: LastModified, size: Size, etag }) => {
            return { PartNumber, LastModified, ETag: `"${etag}"`, Size };
          }),
        };
      },
    ),
  };
}

function chosenParts(uploaded: readonly Part[], asked: readonly { PartNumber: number; ETag: string }[]): Part[] {
  const parts = asked.map(({ PartNumber, ETag }, index) => {
    if (PartNumber <= (asked[index - 1]?.PartNumber ?? 0))
      throw new AwsError(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
      );
    const found = uploaded.find(({ number }) => number === PartNumber);
    if (found !== undefined && sameEtag(ETag, found.etag)) return found;
    throw new AwsError(
      'InvalidPart',
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      { members: { PartNumber, ETag } },
    );
  });
  const small = parts.slice(0, -1).find(({ size }) => size < SMALLEST);
  if (small === undefined) return parts;
  throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
    members: { PartNumber: small.number, ProposedSize: small.size, MinSizeAllowed: SMALLEST },
  });
}
