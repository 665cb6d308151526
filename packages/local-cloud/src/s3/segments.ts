import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CHECKSUMS } from '../wire/checksums.ts';
import type { Checksummed } from './objects.ts';

/**
 * A file of ciphertext: frames of 64 KiB plaintext under AES-256-GCM, each followed by its tag, so that a range is
 * read without the rest. A frame's nonce is its number; the salt makes the key of each file its own.
 */
export interface Segment {
  readonly file: string;
  /** Bytes of plaintext. */
  readonly size: number;
  /** Base64. */
  readonly salt: string;
}

export interface Written extends Segment {
  /** Hex. */
  readonly md5: string;
  readonly checksum?: Checksummed;
}

const FRAME = 64 * 1024;
const TAG = 16;
/** Frames per read from disk. */
const BATCH = 16;

/** Encrypts `source` into a new file. A failure leaves no file. */
export async function writeSegment(
  source: AsyncIterable<Buffer | string>,
  { folder, dataKey, algorithm = '' }: { folder: string; dataKey: Buffer; algorithm?: string | undefined },
): Promise<Written> {
  const file = randomUUID();
  const salt = randomBytes(16);
  const md5 = createHash('md5');
  const checksum = CHECKSUMS[algorithm.toLowerCase()]?.();
  let size = 0;
  const encrypted = async function* (): AsyncGenerator<Buffer> {
    const key = fileKey(dataKey, salt);
    let frame = 0;
    for await (const plaintext of frames(source)) {
      md5.update(plaintext);
      checksum?.update(plaintext);
      size += plaintext.length;
      const cipher = createCipheriv('aes-256-gcm', key, nonce(frame));
      yield Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
      frame += 1;
    }
  };
  const path = join(folder, file);
  try {
    await pipeline(encrypted, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return {
    file,
    size,
    salt: salt.toString('base64'),
    md5: md5.digest('hex'),
    ...(checksum === undefined ? {} : { checksum: { member: `Checksum${algorithm}`, value: checksum.digest() } }),
  };
}

/** Bytes `start` to `end` (exclusive) of the segments' joint plaintext. The files may be removed once this returned. */
export async function readSegments(
  segments: readonly Segment[],
  { folder, dataKey, start, end }: { folder: string; dataKey: Buffer; start: number; end: number },
): Promise<Readable> {
  const parts: { segment: Segment; handle: FileHandle; from: number; to: number }[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(parts.map(({ handle }) => handle.close()));
  };
  let offset = 0;
  try {
    for (const segment of segments) {
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, segment.size);
      if (from < to) parts.push({ segment, handle: await open(join(folder, segment.file)), from, to });
      offset += segment.size;
    }
  } catch (error) {
    await close();
    throw error;
  }
  const plaintext = async function* (): AsyncGenerator<Buffer> {
    for (const { segment, handle, from, to } of parts)
      yield* readFrames(handle, fileKey(dataKey, Buffer.from(segment.salt, 'base64')), from, to);
  };
  const stream = Readable.from(plaintext(), { objectMode: false });
  stream.once('close', () => void close());
  return stream;
}

async function* readFrames(handle: FileHandle, key: Buffer, from: number, to: number): AsyncGenerator<Buffer> {
  const last = Math.floor((to - 1) / FRAME);
  for (let first = Math.floor(from / FRAME); first <= last; first += BATCH) {
    const buffer = Buffer.alloc(Math.min(BATCH, last - first + 1) * (FRAME + TAG));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, first * (FRAME + TAG));
    for (let at = 0; at < bytesRead; at += FRAME + TAG) {
      const frame = first + at / (FRAME + TAG);
      const plaintext = decrypt(key, frame, buffer.subarray(at, Math.min(at + FRAME + TAG, bytesRead)));
      yield plaintext.subarray(Math.max(from - frame * FRAME, 0), to - frame * FRAME);
    }
  }
}

function decrypt(key: Buffer, frame: number, bytes: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(frame)).setAuthTag(bytes.subarray(-TAG));
  return Buffer.concat([decipher.update(bytes.subarray(0, -TAG)), decipher.final()]);
}

const fileKey = (dataKey: Buffer, salt: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', dataKey, salt, 'segment', 32));

function nonce(frame: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(frame, 8);
  return bytes;
}

/** `source` in pieces of exactly one frame, the last one shorter. */
async function* frames(source: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  let length = 0;
  for await (const chunk of source) {
    pending.push(Buffer.from(chunk as Buffer));
    length += chunk.length;
    if (length < FRAME) continue;
    const joined = Buffer.concat(pending);
    let at = 0;
    for (; joined.length - at >= FRAME; at += FRAME) yield joined.subarray(at, at + FRAME);
    pending = [joined.subarray(at)];
    length = joined.length - at;
  }
  if (length > 0) yield Buffer.concat(pending);
}
