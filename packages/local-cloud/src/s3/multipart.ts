import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../aws.ts';
import type { Operation } from '../aws.ts';
import { operation } from '../operation.ts';
import { encryptionAnswer } from './encryption.ts';
import { sameEtag } from './objects.ts';
import type { Part } from './objects.ts';
import { writeSegment } from './segments.ts';
import {
  address,
  body,
  checksumAnswer,
  contentOf,
  description,
  finish,
  headersOf,
  versionAnswer,
  writeConditions,
} from './write.ts';
import type { Storage } from './write.ts';

const MIN_PART = 5 * 1024 * 1024;
const upload = { ...address, UploadId: z.string() };

/** One data key per upload; each part is a segment of its own. */
export function multipartOperations(storage: Storage): Record<string, Operation> {
  const { buckets, objects, encryption } = storage;
  return {
    CreateMultipartUpload: operation({ ...address, ...description }, async ({ Bucket, Key, ...input }, caller) => {
      const bucket = buckets.find(Bucket);
      const { encryption: made } = await encryption.create(input, { bucket, key: Key, caller });
      const described = { encryption: made, headers: headersOf(input), metadata: input.Metadata };
      const UploadId = objects.startUpload({ bucket: Bucket, key: Key, ...described });
      return { Bucket, Key, UploadId, ...encryptionAnswer(made) };
    }),

    UploadPart: operation(
      {
        ...upload,
        PartNumber: z.coerce.number().int().min(1).max(10_000),
        ChecksumAlgorithm: z.string().optional(),
        ContentType: z.string().optional(),
        Body: body,
      },
      async ({ UploadId, PartNumber, Body, ChecksumAlgorithm, ...at }, caller) => {
        const { encryption: made } = objects.upload(UploadId, at);
        const dataKey = await encryption.open(made, { bucket: buckets.find(at.Bucket), key: at.Key, caller });
        const written = await writeSegment(Body, { folder: objects.folder, dataKey, algorithm: ChecksumAlgorithm });
        const { etag } = contentOf(written, made);
        const { file, size, salt } = written;
        try {
          objects.upload(UploadId, at);
          objects.putPart(UploadId, { partNumber: PartNumber, file, size, salt, etag });
        } catch (error) {
          objects.discard([written]);
          throw error;
        }
        return { ETag: etag, ...encryptionAnswer(made), ...checksumAnswer(written) };
      },
    ),

    CompleteMultipartUpload: operation(
      {
        ...upload,
        ...writeConditions,
        // Checksums of parts were verified as the parts came.
        MultipartUpload: z.object({
          Parts: z.array(z.object({ PartNumber: z.coerce.number().int(), ETag: z.string() })).min(1),
        }),
        ChecksumAlgorithm: z.string().optional(),
      },
      ({ UploadId, MultipartUpload, ...input }, caller) => {
        const { encryption: made, headers, metadata } = objects.upload(UploadId, input);
        const uploaded = objects.partsOf(UploadId);
        const parts = chosenParts(uploaded, MultipartUpload.Parts);
        const digests = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag.replaceAll('"', ''), 'hex')));
        const also = (): void => {
          objects.endUpload(UploadId);
        };
        const version = finish(
          storage,
          { at: input, conditions: input, reason: 'CompleteMultipartUpload', caller, also },
          {
            size: parts.reduce((sum, { size }) => sum + size, 0),
            etag: `"${createHash('md5').update(digests).digest('hex')}-${parts.length}"`,
            segments: parts.map(({ file, size, salt }) => ({ file, size, salt })),
            encryption: made,
            headers,
            metadata,
          },
        );
        objects.discard(uploaded.filter((part) => !parts.includes(part)));
        const { Bucket, Key } = input;
        const answer = { Location: `/${Bucket}/${Key}`, Bucket, Key, ETag: version.etag };
        return { ...answer, ...versionAnswer(version), ...encryptionAnswer(made) };
      },
    ),

    AbortMultipartUpload: operation(upload, ({ UploadId, ...at }) => {
      objects.upload(UploadId, at);
      const parts = objects.partsOf(UploadId);
      objects.endUpload(UploadId);
      objects.discard(parts);
      return undefined;
    }),
  };
}

function chosenParts(uploaded: readonly Part[], asked: readonly { PartNumber: number; ETag: string }[]): Part[] {
  const parts = asked.map(({ PartNumber, ETag }, index) => {
    if (PartNumber <= (asked[index - 1]?.PartNumber ?? 0))
      throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order.');
    const part = uploaded.find(({ partNumber }) => partNumber === PartNumber);
    if (part !== undefined && sameEtag(ETag, part.etag)) return part;
    throw new AwsError('InvalidPart', `Part ${PartNumber} was not uploaded, or its entity tag is another.`);
  });
  if (parts.slice(0, -1).some(({ size }) => size < MIN_PART))
    throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
  return parts;
}
