import { Readable } from 'node:stream';
import { AwsError } from '../aws.ts';
import type { Input } from '../aws.ts';
import { notSupported } from '../operation.ts';
import { CHECKSUMS } from './checksums.ts';
import type { Protocol, WireRequest } from './protocol.ts';
import { document, element, parseXml, scalar } from './xml.ts';

/** `METHOD level [subresource]`, where a subresource is a query parameter that selects the operation. */
const OPERATIONS: Readonly<Record<string, string>> = {
  'GET service': 'ListBuckets',
  'PUT bucket': 'CreateBucket',
  'HEAD bucket': 'HeadBucket',
  'DELETE bucket': 'DeleteBucket',
  'GET bucket location': 'GetBucketLocation',
  'GET bucket list-type': 'ListObjectsV2',
  'GET bucket versions': 'ListObjectVersions',
  'POST bucket delete': 'DeleteObjects',
  'PUT bucket encryption': 'PutBucketEncryption',
  'GET bucket encryption': 'GetBucketEncryption',
  'PUT bucket versioning': 'PutBucketVersioning',
  'GET bucket versioning': 'GetBucketVersioning',
  'PUT bucket policy': 'PutBucketPolicy',
  'GET bucket policy': 'GetBucketPolicy',
  'PUT bucket publicAccessBlock': 'PutPublicAccessBlock',
  'GET bucket publicAccessBlock': 'GetPublicAccessBlock',
  'PUT bucket notification': 'PutBucketNotificationConfiguration',
  'GET bucket notification': 'GetBucketNotificationConfiguration',
  'PUT object': 'PutObject',
  'PUT object copy': 'CopyObject',
  'GET object': 'GetObject',
  'HEAD object': 'HeadObject',
  'DELETE object': 'DeleteObject',
  'POST object uploads': 'CreateMultipartUpload',
  'PUT object uploadId': 'UploadPart',
  'POST object uploadId': 'CompleteMultipartUpload',
  'DELETE object uploadId': 'AbortMultipartUpload',
  'GET object uploadId': 'ListParts',
};

/** Query parameters that are members of an input. */
const PARAMETERS: Readonly<Record<string, string>> = {
  prefix: 'Prefix',
  delimiter: 'Delimiter',
  'max-keys': 'MaxKeys',
  'continuation-token': 'ContinuationToken',
  'start-after': 'StartAfter',
  'encoding-type': 'EncodingType',
  'fetch-owner': 'FetchOwner',
  versionId: 'VersionId',
  uploadId: 'UploadId',
  partNumber: 'PartNumber',
};

const HEADERS: Readonly<Record<string, string>> = {
  ServerSideEncryption: 'x-amz-server-side-encryption',
  SSEKMSKeyId: 'x-amz-server-side-encryption-aws-kms-key-id',
  BucketKeyEnabled: 'x-amz-server-side-encryption-bucket-key-enabled',
  CopySource: 'x-amz-copy-source',
  MetadataDirective: 'x-amz-metadata-directive',
  ChecksumMode: 'x-amz-checksum-mode',
  ContentType: 'content-type',
  ContentEncoding: 'content-encoding',
  ContentDisposition: 'content-disposition',
  ContentLanguage: 'content-language',
  CacheControl: 'cache-control',
  IfMatch: 'if-match',
  IfNoneMatch: 'if-none-match',
  IfModifiedSince: 'if-modified-since',
  IfUnmodifiedSince: 'if-unmodified-since',
  Range: 'range',
};

/** Members of answers only. */
const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  ...HEADERS,
  ...Object.fromEntries(
    Object.keys(CHECKSUMS).map((name) => [`Checksum${name.toUpperCase()}`, `x-amz-checksum-${name}`]),
  ),
  VersionId: 'x-amz-version-id',
  CopySourceVersionId: 'x-amz-copy-source-version-id',
  DeleteMarker: 'x-amz-delete-marker',
  ChecksumType: 'x-amz-checksum-type',
  ETag: 'etag',
  LastModified: 'last-modified',
  ContentLength: 'content-length',
  ContentRange: 'content-range',
  AcceptRanges: 'accept-ranges',
  BucketRegion: 'x-amz-bucket-region',
};

/** `x-amz-*` headers that belong to the transport: signature, framing, checksums (verified with the body). */
const TRANSPORT =
  /^x-amz-(date|content-sha256|security-token|decoded-content-length|trailer|user-agent|sdk-checksum-algorithm|checksum-(crc32|crc32c|crc64nvme|sha1|sha256|algorithm|type))$/;

/** The root element of answers that have a document; of the others, the only member is the document. */
const ROOTS: Readonly<Record<string, string>> = {
  ListBuckets: 'ListAllMyBucketsResult',
  ListObjectsV2: 'ListBucketResult',
  ListObjectVersions: 'ListVersionsResult',
  DeleteObjects: 'DeleteResult',
  CopyObject: '',
  CreateMultipartUpload: 'InitiateMultipartUploadResult',
  CompleteMultipartUpload: 'CompleteMultipartUploadResult',
  ListParts: 'ListPartsResult',
  GetBucketLocation: '',
  GetBucketEncryption: '',
  GetPublicAccessBlock: '',
  GetBucketVersioning: 'VersioningConfiguration',
  GetBucketNotificationConfiguration: 'NotificationConfiguration',
};

/** Members of document answers that travel as headers all the same. */
const ALWAYS_HEADERS = new Set([
  'ServerSideEncryption',
  'SSEKMSKeyId',
  'BucketKeyEnabled',
  'VersionId',
  'CopySourceVersionId',
]);

/** Lists whose items are elements of another name. */
const ITEMS: Readonly<Record<string, string>> = {
  Rules: 'Rule',
  Objects: 'Object',
  Parts: 'Part',
  Versions: 'Version',
  DeleteMarkers: 'DeleteMarker',
  Errors: 'Error',
};
const LISTS = new Map(Object.entries(ITEMS).map(([list, item]) => [item, list]));

const NAMESPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** S3's REST protocol: path-style addresses, headers, XML documents, streamed objects. */
export const restXml: Protocol = {
  async read(request) {
    const [, bucket = '', ...rest] = request.path.split('/').map(decodeURIComponent);
    const key = rest.join('/');
    const operation = operationOf(request, bucket === '' ? 'service' : key === '' ? 'bucket' : 'object');
    const input: Record<string, unknown> = { ...membersOf(request) };
    if (bucket !== '') input['Bucket'] = bucket;
    if (key !== '') input['Key'] = key;
    if (operation === 'PutObject' || operation === 'UploadPart') {
      input['Body'] = request.stream;
    } else {
      Object.assign(input, documentOf(operation, (await request.body()).toString()));
      // It describes the document, except where an object is announced.
      if (operation !== 'CreateMultipartUpload') delete input['ContentType'];
    }
    return { operation, input };
  },

  write({ method }, { operation }, { output, requestId }) {
    const { Body, Metadata, ...members } = output;
    const root = ROOTS[operation];
    const headers: Record<string, string> = { 'x-amz-request-id': requestId };
    for (const [name, value] of Object.entries((Metadata ?? {}) as Record<string, string>))
      headers[`x-amz-meta-${name}`] = value;
    const documentMembers: Record<string, unknown> = {};
    for (const [member, value] of Object.entries(members)) {
      if (value === undefined) continue;
      const header = root === undefined || ALWAYS_HEADERS.has(member) ? ANSWER_HEADERS[member] : undefined;
      if (header === undefined) documentMembers[member] = value;
      else headers[header] = headerText(member, value);
    }
    if (operation === 'GetBucketPolicy')
      return {
        status: 200,
        headers: { ...headers, 'content-type': 'application/json' },
        body: String(output['Policy']),
      };
    if (root !== undefined) {
      const [name, content] = root === '' ? onlyMember(documentMembers) : [root, documentMembers];
      const body = document(element(name, render(content), NAMESPACE));
      return { status: 200, headers: { ...headers, 'content-type': 'application/xml' }, body };
    }
    if (Body instanceof Readable)
      return { status: output['ContentRange'] === undefined ? 200 : 206, headers, body: Body };
    return { status: method === 'DELETE' ? 204 : 200, headers };
  },

  fail(error, { method, path }, requestId) {
    const headers = { 'x-amz-request-id': requestId, 'content-type': 'application/xml' };
    const bodiless = method === 'HEAD' || error.status === 304;
    const members = {
      Code: error.code,
      Message: error.message,
      ...error.members,
      Resource: path,
      RequestId: requestId,
    };
    return {
      status: error.status,
      headers,
      ...(bodiless ? {} : { body: document(element('Error', render(members))) }),
    };
  },
};

function operationOf({ method, query, headers }: WireRequest, level: string): string {
  const subresource = [...query.keys()].find(
    (name) => !(name in PARAMETERS && name !== 'uploadId') && !isTransport(name),
  );
  const copy = headers['x-amz-copy-source'] === undefined ? '' : 'copy';
  const address = [method, level, subresource ?? '', copy].filter((part) => part !== '').join(' ');
  const operation = OPERATIONS[address];
  if (operation === undefined) throw notSupported(`S3 ${address}`);
  return operation;
}

/** Presigning, and the operation name that SDKs add for their own logs. */
const isTransport = (parameter: string): boolean => parameter === 'x-id' || parameter.startsWith('X-Amz-');

function membersOf({ query, headers }: WireRequest): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  const metadata: Record<string, string> = {};
  for (const [name, value] of query) {
    const member = PARAMETERS[name];
    if (member !== undefined) members[member] = value;
  }
  for (const [member, header] of Object.entries(HEADERS)) {
    const value = headers[header];
    if (value !== undefined) members[member] = value;
  }
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('x-amz-meta-')) metadata[name.slice('x-amz-meta-'.length)] = String(value);
    else if (name.startsWith('x-amz-') && !TRANSPORT.test(name) && !Object.values(HEADERS).includes(name))
      throw notSupported(`The S3 header ${name}`);
  }
  if (Object.keys(metadata).length > 0) members['Metadata'] = metadata;
  members['ChecksumAlgorithm'] = checksumAlgorithm(headers);
  // `aws-chunked` is framing, which is gone by now.
  const encodings = String(headers['content-encoding'] ?? '')
    .split(',')
    .map((name) => name.trim());
  members['ContentEncoding'] = encodings.filter((name) => name !== 'aws-chunked' && name !== '').join(',') || undefined;
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** The checksum to keep with the object: the one that came with it. */
function checksumAlgorithm(headers: WireRequest['headers']): string | undefined {
  const sent = Object.keys(CHECKSUMS).find(
    (name) => headers[`x-amz-checksum-${name}`] !== undefined || headers['x-amz-trailer'] === `x-amz-checksum-${name}`,
  );
  return sent?.toUpperCase();
}

function documentOf(operation: string, text: string): Record<string, unknown> {
  if (text === '') return {};
  if (operation === 'PutBucketPolicy') return { Policy: text };
  const { root, content } = parseXml(text);
  return { [root === 'CompleteMultipartUpload' ? 'MultipartUpload' : root]: toMembers(content) };
}

/** Elements to members: repeated ones become the list that AWS's API has. */
function toMembers(content: unknown): unknown {
  if (Array.isArray(content)) return content.map(toMembers);
  if (typeof content !== 'object' || content === null) return content;
  return Object.fromEntries(
    Object.entries(content as Input).flatMap(([name, child]) => {
      if (name === '#text') return [];
      const list = LISTS.get(name);
      return [list === undefined ? [name, toMembers(child)] : [list, [child].flat().map(toMembers)]];
    }),
  );
}

function onlyMember(members: Record<string, unknown>): [string, unknown] {
  const [only] = Object.entries(members);
  if (only === undefined) throw new Error('an answer without its document');
  return only;
}

function render(content: unknown): string {
  if (typeof content !== 'object' || content === null) return scalar('', content);
  return Object.entries(content)
    .map(([name, value]) => renderMember(name, value))
    .join('');
}

function renderMember(name: string, value: unknown): string {
  if (value === undefined) return '';
  if (name === 'Buckets')
    return element(name, (value as unknown[]).map((item) => element('Bucket', render(item))).join(''));
  if (Array.isArray(value)) return value.map((item: unknown) => element(ITEMS[name] ?? name, render(item))).join('');
  return element(name, typeof value === 'object' ? render(value) : scalar(name, value));
}

function headerText(member: string, value: unknown): string {
  if (member === 'LastModified' && typeof value === 'number') return new Date(value * 1000).toUTCString();
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new AwsError('InternalError', `the member ${member} does not fit a header`, { status: 500 });
}
