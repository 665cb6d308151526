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
  /** Empty without one. */
  readonly token: string;
  /** When a presigned request ends to be valid, in epoch milliseconds. */
  readonly expires?: number;
}

/** A request as it stood on the wire; `path` is still percent-encoded. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** Undefined for a request without a (well-formed) signature. */
export function readSignature({ headers, query }: SignedRequest): Signature | undefined {
  const presigned = query.has('X-Amz-Signature');
  const parts = presigned ? presignedParts(query) : authorizationParts(headers);
  const part = (name: string): string => parts.get(name) ?? '';
  const [, accessKeyId, day, region, service] =
    /^([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)\/aws4_request$/.exec(part('Credential')) ?? [];
  if (!accessKeyId || !day || !region || !service) return undefined;
  const date = part('Date');
  return {
    ...{ accessKeyId, day, region, service, date },
    signedHeaders: part('SignedHeaders').split(';'),
    signature: part('Signature'),
    token: part('Security-Token'),
    ...(presigned ? { expires: instant(date) + Number(part('Expires')) * 1000 } : {}),
  };
}

/** Whether a request is signed in the manner that SigV4 replaced. */
export const isSigV2 = ({ headers, query }: SignedRequest): boolean =>
  query.has('AWSAccessKeyId') || (headers.authorization ?? '').startsWith('AWS ');

/** `X-Amz-...` parameters, without that prefix. */
const presignedParts = (query: URLSearchParams): Map<string, string> =>
  new Map([...query].map(([name, value]) => [name.replace('X-Amz-', ''), value]));

function authorizationParts(headers: IncomingHttpHeaders): Map<string, string> {
  const [, list = ''] = /^AWS4-HMAC-SHA256 (.*)$/.exec(headers.authorization ?? '') ?? [];
  const parts = new Map(list.split(',').map((part) => part.trim().split(/=(.*)/s, 2) as [string, string]));
  return parts
    .set('Date', String(headers['x-amz-date'] ?? ''))
    .set('Security-Token', String(headers['x-amz-security-token'] ?? ''));
}

/** Epoch milliseconds of `yyyymmddThhmmssZ`; NaN for anything else. */
const instant = (date: string): number =>
  Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));

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
      (name) =>
        `${name}:${String(request.headers[name] ?? '')
          .trim()
          .replace(/ +/g, ' ')}`,
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

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
