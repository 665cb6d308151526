import { Readable } from 'node:stream';
import type { Input } from '../aws.ts';
import { CHECKSUMS } from './checksums.ts';
import type { Answer, WireResponse } from './protocol.ts';
import { document, element, scalar } from './xml.ts';

/** The root element of the answers that are documents; `''`: the only member is the document. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  ListBuckets: 'ListAllMyBucketsResult',
  ListObjectsV2: 'ListBucketResult',
  CreateMultipartUpload: 'InitiateMultipartUploadResult',
  CompleteMultipartUpload: 'CompleteMultipartUploadResult',
  GetBucketVersioning: 'VersioningConfiguration',
  GetBucketNotificationConfiguration: 'NotificationConfiguration',
  GetBucketEncryption: '',
  GetPublicAccessBlock: '',
};

/** Members that are headers in every answer. */
const ALWAYS: Readonly<Record<string, string>> = {
  ServerSideEncryption: 'x-amz-server-side-encryption',
  SSEKMSKeyId: 'x-amz-server-side-encryption-aws-kms-key-id',
  BucketKeyEnabled: 'x-amz-server-side-encryption-bucket-key-enabled',
  VersionId: 'x-amz-version-id',
};

/** Members that are headers in answers without a document. */
const HEADERS: Readonly<Record<string, string>> = {
  ...ALWAYS,
  ...Object.fromEntries(
    Object.keys(CHECKSUMS).map((name) => [`Checksum${name.toUpperCase()}`, `x-amz-checksum-${name}`]),
  ),
  ChecksumType: 'x-amz-checksum-type',
  ETag: 'etag',
  LastModified: 'last-modified',
  ContentLength: 'content-length',
  ContentRange: 'content-range',
  AcceptRanges: 'accept-ranges',
  ContentType: 'content-type',
  ContentEncoding: 'content-encoding',
  ContentDisposition: 'content-disposition',
  ContentLanguage: 'content-language',
  CacheControl: 'cache-control',
  DeleteMarker: 'x-amz-delete-marker',
  BucketRegion: 'x-amz-bucket-region',
  Location: 'location',
};

const NAMESPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

export function writeS3Answer(method: string, operation: string, { output, requestId }: Answer): WireResponse {
  const id = { 'x-amz-request-id': requestId };
  if (operation === 'GetBucketPolicy')
    return { status: 200, headers: { ...id, 'content-type': 'application/json' }, body: String(output['Policy']) };

  const root = DOCUMENTS[operation];
  if (root === undefined) {
    const { Body, Metadata = {}, ContentRange } = output;
    const metadata = Object.entries(Metadata as object).map(([name, value]) => [`x-amz-meta-${name}`, String(value)]);
    const headers = {
      ...id,
      ...headersOf(output, HEADERS),
      ...(Object.fromEntries(metadata) as Record<string, string>),
    };
    if (Body instanceof Readable) return { status: ContentRange === undefined ? 200 : 206, headers, body: Body };
    return { status: method === 'DELETE' ? 204 : 200, headers };
  }

  const members = Object.fromEntries(Object.entries(output).filter(([member]) => !(member in ALWAYS)));
  const [name, content] = root === '' ? (Object.entries(members)[0] ?? ['', {}]) : [root, members];
  const headers = { ...id, ...headersOf(output, ALWAYS), 'content-type': 'application/xml' };
  return { status: 200, headers, body: document(element(name, render(content), NAMESPACE)) };
}

function headersOf(output: Input, names: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [member, header] of Object.entries(names)) {
    const value = output[member];
    if (member === 'LastModified' && value !== undefined)
      headers[header] = new Date(Number(value) * 1000).toUTCString();
    else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      headers[header] = String(value);
  }
  return headers;
}

/** Items of these lists are elements of another name: repeated in place, or (`Buckets`) inside the list's own element. */
const ITEMS: Readonly<Record<string, string>> = { Rules: 'Rule' };

export function render(content: unknown): string {
  if (typeof content !== 'object' || content === null) return scalar('', content);
  return Object.entries(content)
    .map(([name, value]: [string, unknown]) => {
      if (value === undefined) return '';
      if (name === 'Buckets') return element(name, render({ Bucket: value }));
      if (Array.isArray(value)) return value.map((item) => element(ITEMS[name] ?? name, render(item))).join('');
      return element(name, typeof value === 'object' ? render(value) : scalar(name, value));
    })
    .join('');
}
