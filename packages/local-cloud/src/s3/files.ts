import { createCipheriv, createDecipheriv, createHash, randomBytes, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A file of ciphertext (AES-256-GCM): nonce and tag are base64, `size` is in bytes of the plaintext. */
export interface EncryptedFile {
  readonly file: string;
  readonly nonce: string;
  readonly tag: string;
  readonly size: number;
}

/** What was stored; `size` in bytes, `md5` in hex, of the plaintext. */
export interface Written {
  readonly content: readonly EncryptedFile[];
  readonly size: number;
  readonly md5: string;
}

interface Span {
  readonly piece: EncryptedFile;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** Content is cut into files of at most this many bytes, so that a range reads few of them. */
const PIECE = 16 * 1024 * 1024;

/** The folder with the bytes. A file that is being read outlives `discard` until its reader is done. */
export class EncryptedFiles {
  readonly #folder: string;
  readonly #readers = new Map<string, number>();
  readonly #discarded = new Set<string>();

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
  }

  /** Removes every file but the named ones. */
  sweep(named: readonly EncryptedFile[]): void {
    const files = new Set(named.map(({ file }) => file));
    for (const file of readdirSync(this.#folder)) if (!files.has(file)) this.#remove(file);
  }

  /** Encrypts `source` into new files. A failure leaves none. */
  async write(source: Readable, dataKey: Buffer): Promise<Written> {
    const content: EncryptedFile[] = [];
    const md5 = createHash('md5');
    const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
    try {
      let chunk = (await chunks.next()).value;
      const piece = async function* (): AsyncGenerator<Buffer> {
        for (let room = PIECE; chunk !== undefined && room > 0;) {
          const part = chunk.subarray(0, room);
          room -= part.length;
          md5.update(part);
          yield part;
          chunk = part.length < chunk.length ? chunk.subarray(part.length) : (await chunks.next()).value;
        }
      };
      do content.push(await this.#encrypt(piece(), dataKey));
      while (chunk !== undefined);
    } catch (error) {
      source.destroy();
      this.discard(content);
      throw error;
    }
    return { content, size: content.reduce((sum, { size }) => sum + size, 0), md5: md5.digest('hex') };
  }

  /** Bytes `start` to `end` (exclusive). The last of each file come only once it has proved to be as it was written. */
  read(content: readonly EncryptedFile[], { dataKey, start, end }: { dataKey: Buffer; start: number; end: number }) {
    const spans = spansOf(content, start, end);
    for (const { piece } of spans) this.#readers.set(piece.file, (this.#readers.get(piece.file) ?? 0) + 1);
    const plaintext = async function* (this: EncryptedFiles): AsyncGenerator<Buffer> {
      for (const span of spans) yield* this.#decrypt(span, dataKey);
    };
    return Readable.from(plaintext.call(this), { objectMode: false }).once('close', () => {
      for (const { piece } of spans) this.#release(piece.file);
    });
  }

  discard(content: readonly EncryptedFile[]): void {
    for (const { file } of content)
      if (this.#readers.has(file)) this.#discarded.add(file);
      else this.#remove(file);
  }

  #release(file: string): void {
    const others = (this.#readers.get(file) ?? 1) - 1;
    if (others > 0) this.#readers.set(file, others);
    else if (this.#readers.delete(file) && this.#discarded.delete(file)) this.#remove(file);
  }

  #remove(file: string): void {
    rmSync(join(this.#folder, file), { force: true });
  }

  async #encrypt(source: AsyncIterable<Buffer>, dataKey: Buffer): Promise<EncryptedFile> {
    const file = randomUUID();
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', dataKey, nonce);
    const target = createWriteStream(join(this.#folder, file), { flags: 'wx', mode: 0o600 });
    try {
      await pipeline(source, cipher, target);
    } catch (error) {
      this.#remove(file);
      throw error;
    }
    const tag = cipher.getAuthTag().toString('base64');
    // GCM adds nothing to the length.
    return { file, nonce: nonce.toString('base64'), tag, size: target.bytesWritten };
  }

  async *#decrypt({ piece, from, to }: Span, dataKey: Buffer): AsyncGenerator<Buffer> {
    const decipher = createDecipheriv('aes-256-gcm', dataKey, Buffer.from(piece.nonce, 'base64'));
    decipher.setAuthTag(Buffer.from(piece.tag, 'base64'));
    let at = 0;
    let held: Buffer | undefined;
    for await (const chunk of createReadStream(join(this.#folder, piece.file)) as AsyncIterable<Buffer>) {
      const plain = decipher.update(chunk);
      const wanted = plain.subarray(Math.max(from - at, 0), Math.max(to - at, 0));
      at += plain.length;
      if (wanted.length === 0) continue;
      if (held !== undefined) yield held;
      held = wanted;
    }
    decipher.final();
    if (held !== undefined) yield held;
  }
}

/** What to read of which file. */
function spansOf(content: readonly EncryptedFile[], start: number, end: number): Span[] {
  let at = 0;
  return content.flatMap((piece) => {
    const [from, to] = [Math.max(start - at, 0), Math.min(end - at, piece.size)];
    at += piece.size;
    return from < to ? [{ piece, from, to }] : [];
  });
}
