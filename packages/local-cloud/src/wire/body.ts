import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { AwsError } from '../aws.ts';
import { notSupported } from '../operation.ts';
import { CHECKSUMS, hash, type Checksum } from './checksums.ts';

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

/** What computes the digest that a header (or trailer) of this name carries. */
const DIGESTS: Readonly<Record<string, () => Checksum>> = {
  'content-md5': () => hash('md5', 'base64'),
  'x-amz-content-sha256': () => hash('sha256', 'hex'),
  ...Object.fromEntries(Object.entries(CHECKSUMS).map(([name, create]) => [`x-amz-checksum-${name}`, create])),
};

async function* verified(
  source: AsyncIterable<Buffer>,
  headers: IncomingHttpHeaders,
  trailers: ReadonlyMap<string, string>,
): AsyncGenerator<Buffer> {
  const trailer = String(headers['x-amz-trailer'] ?? '').toLowerCase();
  if (trailer !== '' && DIGESTS[trailer] === undefined) throw notSupported(`The trailer ${trailer}`);
  const digests = Object.entries(DIGESTS)
    .filter(([name]) => name === trailer || isDigest(name, headers[name]))
    .map(([name, create]) => ({ name, checksum: create() }));
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    for (const { checksum } of digests) checksum.update(chunk);
    yield chunk;
  }
  if (Number(headers['x-amz-decoded-content-length'] ?? size) !== size)
    throw incomplete('You did not provide the number of bytes specified by the Content-Length HTTP header');
  for (const { name, checksum } of digests)
    if (checksum.digest() !== (name === trailer ? trailers.get(name) : headers[name])) {
      const code = name === 'x-amz-content-sha256' ? 'XAmzContentSHA256Mismatch' : 'BadDigest';
      throw new AwsError(code, `The ${name} you specified did not match what we received.`);
    }
}

/** The SHA-256 of the content may be a word such as `UNSIGNED-PAYLOAD`. */
const isDigest = (name: string, value: string | string[] | undefined): boolean =>
  typeof value === 'string' && (name !== 'x-amz-content-sha256' || /^[0-9a-f]{64}$/.test(value));

/**
 * Removes `aws-chunked` framing: `SIZE-IN-HEX[;chunk-signature=...]\r\n`, that many bytes, `\r\n`, until size 0, then
 * trailers and an empty line. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export async function* unchunk(
  source: AsyncIterable<Buffer>,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer, void, undefined> {
  const chunks = source[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<void> => {
    const next = await chunks.next();
    if (next.done === true) throw notFramed();
    rest = Buffer.concat([rest, next.value]);
  };
  const line = async (): Promise<string> => {
    while (!rest.includes('\r\n')) {
      if (rest.length > 16_384) throw notFramed();
      await more();
    }
    const end = rest.indexOf('\r\n');
    const text = rest.toString('latin1', 0, end);
    rest = rest.subarray(end + 2);
    return text;
  };

  for (let size = chunkSize(await line()); size > 0; size = chunkSize(await line())) {
    while (size > 0) {
      if (rest.length === 0) await more();
      const chunk = rest.subarray(0, size);
      rest = rest.subarray(chunk.length);
      size -= chunk.length;
      yield chunk;
    }
    if ((await line()) !== '') throw notFramed();
  }
  for (let trailer = await line(); trailer !== ''; trailer = await line()) {
    const [, name, value] = /^([^:]+):(.*)$/.exec(trailer) ?? [];
    if (name === undefined || value === undefined) throw notFramed();
    trailers.set(name.trim().toLowerCase(), value.trim());
  }
}

function chunkSize(line: string): number {
  const [, size] = /^([0-9a-fA-F]{1,8})(;.*)?$/.exec(line) ?? [];
  if (size === undefined) throw notFramed();
  return Number.parseInt(size, 16);
}

const incomplete = (message: string): AwsError => new AwsError('IncompleteBody', message);
const notFramed = (): AwsError => incomplete('The request body is not a complete aws-chunked payload');
