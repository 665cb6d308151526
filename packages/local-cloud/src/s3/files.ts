import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline as flow, Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A file of ciphertext (AES-256-GCM); nonce and tag are base64. */
export interface EncryptedFile {
  readonly file: string;
  readonly nonce: string;
  readonly tag: string;
}

/** Encrypts `source` into a new file; `size` in bytes, `md5` in hex, of the plaintext. A failure leaves no file. */
export async function writeFile(
  source: Readable,
  { folder, dataKey }: { folder: string; dataKey: Buffer },
): Promise<{ content: EncryptedFile; size: number; md5: string }> {
  const file = randomUUID();
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', dataKey, nonce);
  const md5 = createHash('md5');
  let size = 0;
  const measured = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      md5.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  };
  const path = join(folder, file);
  try {
    await pipeline(source, measured, cipher, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  const tag = cipher.getAuthTag().toString('base64');
  return { content: { file, nonce: nonce.toString('base64'), tag }, size, md5: md5.digest('hex') };
}

/**
 * Bytes `start` to `end` (exclusive) of the plaintext. The last of them come only once the whole file has proved to be
 * as it was written. The file may be removed once this returned.
 */
export async function readFile(
  { file, nonce, tag }: EncryptedFile,
  { folder, dataKey, start, end }: { folder: string; dataKey: Buffer; start: number; end: number },
): Promise<Readable> {
  const decipher = createDecipheriv('aes-256-gcm', dataKey, Buffer.from(nonce, 'base64'));
  decipher.setAuthTag(Buffer.from(tag, 'base64'));
  let at = 0;
  let held: Buffer = Buffer.alloc(0);
  const range = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const wanted = chunk.subarray(Math.max(start - at, 0), Math.max(end - at, 0));
      at += chunk.length;
      if (wanted.length > 0) {
        this.push(held);
        held = wanted;
      }
      done();
    },
    flush(done) {
      done(null, held);
    },
  });
  const handle = await open(join(folder, file));
  // What goes wrong reaches the reader as the stream's own error.
  return flow(handle.createReadStream(), decipher, range, () => undefined);
}
