import { Readable } from 'node:stream';
import { AwsError } from '../aws.ts';
import type { Input } from '../aws.ts';
import { notSupported } from '../operation.ts';
import { CHECKSUMS } from './checksums.ts';
import type { Protocol, WireRequest } from './protocol.ts';
import { document } from './xml.ts';

/** `METHOD level [subresource]`, where a subresource is the query parameter that selects the operation. */
const OPERATIONS: Readonly<Record<string, string>> = {
  'GET service': 'ListBuckets',
  'HEAD bucket': 'HeadBucket',
  'GET bucket list-type': 'ListObjectsV2',
  'GET bucket encryption': 'GetBucketEncryption',
  'GET bucket versioning': 'GetBucketVersioning',
  'GET bucket policy': 'GetBucketPolicy',
  'GET bucket notification': 'GetBucketNotificationConfiguration',
  'PUT object': 'PutObject',
  'GET object': 'GetObject',
  'HEAD object': 'HeadObject',
};

/** The root element of the answers that are documents. */
const DOCUMENTS: Readonly<Record<string, string | undefined>> = {
  ListBuckets: 'ListAllMyBucketsResult',
  ListObjectsV2: 'ListBucketResult',
  GetBucketVersioning: 'VersioningConfiguration',
  GetBucketNotificationConfiguration: 'NotificationConfiguration',
  GetBucketEncryption: 'ServerSideEncryptionConfiguration',
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
};

/** Headers that are members of every input that has them. */
const REQUEST_HEADERS: Readonly<Record<string, string>> = {
  'x-amz-server-side-encryption': 'ServerSideEncryption',
  'x-amz-server-side-encryption-aws-kms-key-id': 'SSEKMSKeyId',
  'x-amz-checksum-mode': 'ChecksumMode',
  'if-match': 'IfMatch',
  'if-none-match': 'IfNoneMatch',
  'if-modified-since': 'IfModifiedSince',
  'if-unmodified-since': 'IfUnmodifiedSince',
  range: 'Range',
};

/** Headers that describe an object. */
const OBJECT_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'ContentType',
  'content-encoding': 'ContentEncoding',
  'content-disposition': 'ContentDisposition',
  'content-language': 'ContentLanguage',
  'cache-control': 'CacheControl',
};

/** Members of answers that are headers. */
const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  ...OBJECT_HEADERS,
  'x-amz-server-side-encryption': 'ServerSideEncryption',
  'x-amz-server-side-encryption-aws-kms-key-id': 'SSEKMSKeyId',
  'x-amz-version-id': 'VersionId',
  'x-amz-bucket-region': 'BucketRegion',
  etag: 'ETag',
  'last-modified': 'LastModified',
  'content-length': 'ContentLength',
  'content-range': 'ContentRange',
  'accept-ranges': 'AcceptRanges',
};

/** Headers of the transport: signature, framing, checksums (verified with the body). */
const TRANSPORT = new RegExp(
  `^x-amz-(date|content-sha256|security-token|decoded-content-length|trailer|user-agent|sdk-checksum-algorithm|checksum-(algorithm|type|${Object.keys(CHECKSUMS).join('|')}))$`,
);

const METADATA = 'x-amz-meta-';
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** S3's REST protocol: path-style addresses, headers, XML answers, streamed objects. */
export const restXml: Protocol = {
  /** Throws 501 for an operation, or a header that would change one, that is not supported. */
  read(request) {
    const [, bucket = '', ...steps] = decodePath(request.path);
    const key = steps.join('/');
    const operation = operationOf(request, bucket === '' ? 'service' : key === '' ? 'bucket' : 'object');
    const input = {
      ...(bucket === '' ? {} : { Bucket: bucket }),
      ...(key === '' ? {} : { Key: key }),
      ...renamed([...request.query], PARAMETERS),
      ...headerMembers(request),
      ...(operation === 'PutObject' ? objectMembers(request) : {}),
    };
    return { operation, input };
  },

  write(_request, { operation }, { output, requestId }) {
    const id = { 'x-amz-request-id': requestId };
    if (operation === 'GetBucketPolicy')
      return { status: 200, headers: { ...id, 'content-type': 'application/json' }, body: String(output['Policy']) };
    const root = DOCUMENTS[operation];
    if (root !== undefined) {
      const body = document(root, elementsOf(operation, output), NAMESPACE);
      return { status: 200, headers: { ...id, 'content-type': 'application/xml' }, body };
    }
    const { Body, ContentRange } = output;
    const headers = { ...id, ...answerHeaders(output) };
    return {
      status: ContentRange === undefined ? 200 : 206,
      headers,
      ...(Body instanceof Readable ? { body: Body } : {}),
    };
  },

  fail: ({ code, message, members, status }, { path }, requestId) => ({
    status,
    headers: { 'x-amz-request-id': requestId, 'content-type': 'application/xml' },
    body: document('Error', { Code: code, Message: message, ...members, Resource: path, RequestId: requestId }),
  }),
};

function decodePath(path: string): string[] {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch (cause) {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", { cause });
  }
}

function operationOf({ method, query, headers }: WireRequest, level: string): string {
  const subresource = [...query.keys()].find((name) => !(name in PARAMETERS) && name !== 'x-id');
  const copy = headers['x-amz-copy-source'] === undefined ? undefined : 'copy';
  const address = [method, level, subresource, copy].filter((part) => part !== undefined).join(' ');
  const operation = OPERATIONS[address];
  if (operation === undefined) throw notSupported(`S3 ${address}`);
  return operation;
}

function headerMembers({ headers }: WireRequest): Input {
  const unknown = Object.keys(headers).find(
    (name) =>
      name.startsWith('x-amz-') && !name.startsWith(METADATA) && !(name in REQUEST_HEADERS) && !TRANSPORT.test(name),
  );
  if (unknown !== undefined) throw notSupported(`The S3 header ${unknown}`);
  return renamed(Object.entries(headers), REQUEST_HEADERS);
}

function objectMembers({ headers, stream }: WireRequest): Input {
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith(METADATA));
  // `aws-chunked` is framing, and gone by now.
  const encoding = (headers['content-encoding'] ?? '').replace(/aws-chunked,? ?/, '');
  return {
    ...renamed(Object.entries({ ...headers, 'content-encoding': encoding || undefined }), OBJECT_HEADERS),
    Metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice(METADATA.length), value])),
    Body: stream,
  };
}

const renamed = (entries: readonly [string, unknown][], names: Readonly<Record<string, string>>): Input =>
  Object.fromEntries(
    entries.flatMap(([name, value]) => {
      const member = names[name];
      return member === undefined || value === undefined ? [] : [[member, value]];
    }),
  );

/** Lists whose elements have a name of their own. */
function elementsOf(operation: string, output: Input): Input {
  if (operation === 'ListBuckets') return { ...output, Buckets: { Bucket: output['Buckets'] } };
  if (operation !== 'GetBucketEncryption') return output;
  const { Rules } = output['ServerSideEncryptionConfiguration'] as { Rules: unknown };
  return { Rule: Rules };
}

function answerHeaders(output: Input): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [header, member] of Object.entries(ANSWER_HEADERS)) {
    const value = output[member];
    if (member === 'LastModified' && value !== undefined)
      headers[header] = new Date(Number(value) * 1000).toUTCString();
    else if (typeof value === 'string' || typeof value === 'number') headers[header] = String(value);
  }
  for (const [name, value] of Object.entries(output['Metadata'] ?? {})) headers[METADATA + name] = String(value);
  return headers;
}
