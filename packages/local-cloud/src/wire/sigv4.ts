import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The parts of a SigV4 signature, from the Authorization header or from a presigned query. */
export interface Signature {
  readonly accessKeyId: string;
  /** `yyyymmdd`. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly date: string;
  readonly token: string | undefined;
  readonly presigned: boolean;
}

/** A request as it stood on the wire; `path` is still percent-encoded. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** Undefined for a request without a (well-formed) signature. */
export function readSignature({ query, headers }: SignedRequest): Signature | undefined {
  const presigned = query.has('X-Amz-Signature');
  const parts = presigned ? undefined : authorizationParts(headers.authorization ?? '');
  const credential = (presigned ? query.get('X-Amz-Credential') : parts?.get('Credential')) ?? '';
  const [accessKeyId, day, region, service, end] = credential.split('/');
  if (!accessKeyId || !day || !region || !service || end !== 'aws4_request') return undefined;
  const from = (name: string, header: string): string | undefined =>
    presigned ? (query.get(name) ?? undefined) : single(headers[header]);
  return {
    accessKeyId,
    day,
    region,
    service,
    presigned,
    signedHeaders: ((presigned ? query.get('X-Amz-SignedHeaders') : parts?.get('SignedHeaders')) ?? '').split(';'),
    signature: (presigned ? query.get('X-Amz-Signature') : parts?.get('Signature')) ?? '',
    date: from('X-Amz-Date', 'x-amz-date') ?? '',
    token: from('X-Amz-Security-Token', 'x-amz-security-token'),
  };
}

/**
 * Whether `secret` made the signature. `payloadHash` is the hex SHA-256 of the body, or what stands for it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureMatches(
  request: SignedRequest,
  signature: Signature,
  secret: string,
  payloadHash: string,
): boolean {
  const canonical = [
    request.method,
    // S3 signs the path as sent; every other service encodes it once more.
    signature.service === 's3' ? request.path : request.path.split('/').map(encode).join('/'),
    canonicalQuery(request.query),
    ...signature.signedHeaders.map(
      (name) => `${name}:${single(request.headers[name])?.trim().replace(/ +/g, ' ') ?? ''}`,
    ),
    '',
    signature.signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
  const scope = `${signature.day}/${signature.region}/${signature.service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', signature.date, scope, sha256(canonical)].join('\n');
  const key = [signature.day, signature.region, signature.service, 'aws4_request'].reduce<string | Buffer>(
    (previous, part) => hmac(previous, part),
    `AWS4${secret}`,
  );
  const expected = Buffer.from(hmac(key, toSign).toString('hex'));
  const given = Buffer.from(signature.signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

export const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.join(',') : value;

function authorizationParts(header: string): Map<string, string> | undefined {
  const [scheme, ...rest] = header.split(' ');
  if (scheme !== 'AWS4-HMAC-SHA256') return undefined;
  return new Map(
    rest
      .join(' ')
      .split(',')
      .map((part) => {
        const equals = part.indexOf('=');
        return [part.slice(0, equals).trim(), part.slice(equals + 1).trim()] as const;
      }),
  );
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
