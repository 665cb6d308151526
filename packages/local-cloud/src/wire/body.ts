import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { AwsError } from '../aws.ts';
import { CHECKSUMS } from './checksums.ts';
import type { Checksum } from './checksums.ts';

const HEX_SHA256 = /^[0-9a-f]{64}$/;

/** The whole body, refused above `limit` bytes. */
export async function collect(source: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > limit)
      throw new AwsError('RequestEntityTooLargeException', `The request is larger than ${limit} bytes.`, {
        status: 413,
      });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * The payload of an S3 request: `aws-chunked` framing removed, every digest that came with it (headers or trailers)
 * verified. The stream fails with `BadDigest`, `XAmzContentSHA256Mismatch` or `IncompleteBody`.
 * Signatures of single chunks are not checked; the request's own is.
 */
export function payload(source: AsyncIterable<Buffer>, headers: IncomingHttpHeaders): Readable {
  const trailers = new Map<string, string>();
  const chunked = String(headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
  const bytes = chunked ? unchunk(source, trailers) : source;
  return Readable.from(verified(bytes, headers, trailers), { objectMode: false });
}

async function* verified(
  source: AsyncIterable<Buffer>,
  headers: IncomingHttpHeaders,
  trailers: ReadonlyMap<string, string>,
): AsyncGenerator<Buffer> {
  const trailerName = String(headers['x-amz-trailer'] ?? '')
    .trim()
    .toLowerCase();
  const digests = digestsOf(headers, trailerName);
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    for (const { checksum } of digests) checksum.update(chunk);
    yield chunk;
  }
  const length = headers['x-amz-decoded-content-length'];
  if (length !== undefined && Number(length) !== size)
    throw new AwsError(
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header',
    );
  for (const { checksum, expected, fail } of digests)
    if (checksum.digest() !== (expected ?? trailers.get(trailerName))) throw fail();
}

interface Digest {
  readonly checksum: Checksum;
  /** Absent: it comes as the trailer. */
  readonly expected?: string;
  readonly fail: () => AwsError;
}

function digestsOf(headers: IncomingHttpHeaders, trailerName: string): Digest[] {
  const digests: Digest[] = [];
  const md5 = headers['content-md5'];
  if (md5 !== undefined)
    digests.push({
      checksum: digester('md5', 'base64'),
      expected: String(md5),
      fail: () => badDigest('The Content-MD5 you specified did not match what we received.'),
    });
  const sha256 = String(headers['x-amz-content-sha256'] ?? '');
  if (HEX_SHA256.test(sha256))
    digests.push({
      checksum: digester('sha256', 'hex'),
      expected: sha256,
      fail: () =>
        new AwsError(
          'XAmzContentSHA256Mismatch',
          "The provided 'x-amz-content-sha256' header does not match what was computed.",
        ),
    });
  for (const [algorithm, create] of Object.entries(CHECKSUMS)) {
    const name = `x-amz-checksum-${algorithm}`;
    const expected = headers[name];
    if (expected === undefined && trailerName !== name) continue;
    digests.push({
      checksum: create(),
      ...(expected === undefined ? {} : { expected: String(expected) }),
      fail: () => badDigest(`The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`),
    });
  }
  return digests;
}

const badDigest = (message: string): AwsError => new AwsError('BadDigest', message);

function digester(algorithm: string, encoding: 'base64' | 'hex'): Checksum {
  const state = createHash(algorithm);
  return { update: (bytes) => void state.update(bytes), digest: () => state.digest(encoding) };
}

/**
 * Removes `aws-chunked` framing: `SIZE-IN-HEX[;chunk-signature=...]\r\n`, that many bytes, `\r\n`, until size 0, then
 * trailers. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export async function* unchunk(
  source: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer, void, undefined> {
  const reader = new FrameReader(source);
  for (;;) {
    const header = /^([0-9a-fA-F]{1,8})(;.*)?$/.exec((await reader.line()) ?? '');
    if (header === null) throw incomplete();
    const size = Number.parseInt(header[1] ?? '', 16);
    if (size === 0) break;
    yield* reader.bytes(size);
    if ((await reader.line()) !== '') throw incomplete();
  }
  for (let line = await reader.line(); line !== undefined && line !== ''; line = await reader.line()) {
    const colon = line.indexOf(':');
    if (colon < 0) throw incomplete();
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

const incomplete = (): AwsError =>
  new AwsError('IncompleteBody', 'The request body is not a complete aws-chunked payload');

class FrameReader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next line without its end; undefined at the end of the input. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#rest.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#rest.toString('latin1', 0, end);
        this.#rest = this.#rest.subarray(end + 2);
        return line;
      }
      if (this.#rest.length > 16_384) throw incomplete();
      const next = await this.#next();
      if (next === undefined) {
        if (this.#rest.length > 0) throw incomplete();
        return undefined;
      }
      this.#rest = Buffer.concat([this.#rest, next]);
    }
  }

  async *bytes(size: number): AsyncGenerator<Buffer> {
    let left = size;
    while (left > 0) {
      if (this.#rest.length === 0) {
        const next = await this.#next();
        if (next === undefined) throw incomplete();
        this.#rest = next;
      }
      const chunk = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(chunk.length);
      left -= chunk.length;
      if (chunk.length > 0) yield chunk;
    }
  }

  async #next(): Promise<Buffer | undefined> {
    const next = await this.#source.next();
    return next.done === true ? undefined : next.value;
  }
}
