import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from '../aws.ts';
import type { Input } from '../aws.ts';
import { notSupported } from '../operation.ts';
import { CHECKSUMS } from './checksums.ts';
import type { WireCall, WireRequest } from './protocol.ts';
import { parseXml } from './xml.ts';

/** `METHOD level [subresource]`, where a subresource is the query parameter that selects the operation. */
const OPERATIONS: Readonly<Record<string, string>> = {
  'GET service': 'ListBuckets',
  'PUT bucket': 'CreateBucket',
  'HEAD bucket': 'HeadBucket',
  'GET bucket list-type': 'ListObjectsV2',
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
  'GET object': 'GetObject',
  'HEAD object': 'HeadObject',
  'DELETE object': 'DeleteObject',
  'POST object uploads': 'CreateMultipartUpload',
  'PUT object uploadId': 'UploadPart',
  'POST object uploadId': 'CompleteMultipartUpload',
  'DELETE object uploadId': 'AbortMultipartUpload',
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
  partNumber: 'PartNumber',
  uploadId: 'UploadId',
};

/** Headers that are members of an input. */
const HEADERS: Readonly<Record<string, string>> = {
  'x-amz-server-side-encryption': 'ServerSideEncryption',
  'x-amz-server-side-encryption-aws-kms-key-id': 'SSEKMSKeyId',
  'x-amz-server-side-encryption-bucket-key-enabled': 'BucketKeyEnabled',
  'x-amz-checksum-mode': 'ChecksumMode',
  'if-match': 'IfMatch',
  'if-none-match': 'IfNoneMatch',
  'if-modified-since': 'IfModifiedSince',
  'if-unmodified-since': 'IfUnmodifiedSince',
  range: 'Range',
};

/** Headers that describe an object where one is announced, and the document or the framing everywhere else. */
const OBJECT_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'ContentType',
  'content-encoding': 'ContentEncoding',
  'content-disposition': 'ContentDisposition',
  'content-language': 'ContentLanguage',
  'cache-control': 'CacheControl',
};

/** Headers of the transport: signature, framing, checksums (verified with the body). */
const TRANSPORT =
  /^x-amz-(date|content-sha256|security-token|decoded-content-length|trailer|user-agent|sdk-checksum-algorithm|checksum-(crc32|crc32c|crc64nvme|sha1|sha256|algorithm|type))$/;

const METADATA = 'x-amz-meta-';

/** Throws 501 for an operation, or a header that would change one, that is not supported. */
export async function readS3Request(request: WireRequest): Promise<WireCall> {
  const [, bucket = '', ...steps] = decodePath(request.path);
  const key = steps.join('/');
  const operation = operationOf(request, bucket === '' ? 'service' : key === '' ? 'bucket' : 'object');
  const streamed = operation === 'PutObject' || operation === 'UploadPart';
  const input = {
    ...(bucket === '' ? {} : { Bucket: bucket }),
    ...(key === '' ? {} : { Key: key }),
    ...renamed([...request.query], PARAMETERS),
    ...headerMembers(request.headers),
    ...(operation === 'PutObject' || operation === 'CreateMultipartUpload' ? objectMembers(request.headers) : {}),
    ...(streamed ? { ...checksumMember(request.headers), Body: request.stream } : {}),
    ...(streamed ? {} : documentMember(operation, (await request.body()).toString())),
  };
  return { operation, input };
}

function decodePath(path: string): string[] {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch (cause) {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", { cause });
  }
}

function operationOf({ method, query, headers }: WireRequest, level: string): string {
  const subresource = [...query.keys()].find(
    (name) => (!(name in PARAMETERS) || name === 'uploadId') && name !== 'x-id' && !name.startsWith('X-Amz-'),
  );
  const copy = headers['x-amz-copy-source'] === undefined ? undefined : 'copy';
  const address = [method, level, subresource, copy].filter((part) => part !== undefined).join(' ');
  const operation = OPERATIONS[address];
  if (operation === undefined) throw notSupported(`S3 ${address}`);
  return operation;
}

function headerMembers(headers: IncomingHttpHeaders): Input {
  const unknown = Object.keys(headers).find(
    (name) => name.startsWith('x-amz-') && !name.startsWith(METADATA) && !(name in HEADERS) && !TRANSPORT.test(name),
  );
  if (unknown !== undefined) throw notSupported(`The S3 header ${unknown}`);
  return renamed(Object.entries(headers), HEADERS);
}

function objectMembers(headers: IncomingHttpHeaders): Input {
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith(METADATA));
  // `aws-chunked` is framing, and gone by now.
  const encoding = (headers['content-encoding'] ?? '').replace(/aws-chunked,? ?/, '');
  return {
    ...renamed(Object.entries({ ...headers, 'content-encoding': encoding || undefined }), OBJECT_HEADERS),
    Metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice(METADATA.length), value])),
  };
}

/** The checksum to keep is the one that came along. */
function checksumMember(headers: IncomingHttpHeaders): Input {
  const sent = Object.keys(CHECKSUMS).find(
    (name) => headers[`x-amz-checksum-${name}`] !== undefined || headers['x-amz-trailer'] === `x-amz-checksum-${name}`,
  );
  return sent === undefined ? {} : { ChecksumAlgorithm: sent.toUpperCase() };
}

const renamed = (entries: readonly [string, unknown][], names: Readonly<Record<string, string>>): Input =>
  Object.fromEntries(
    entries.flatMap(([name, value]) => {
      const member = names[name];
      return member === undefined || value === undefined ? [] : [[member, value]];
    }),
  );

function documentMember(operation: string, text: string): Input {
  if (text === '') return {};
  if (operation === 'PutBucketPolicy') return { Policy: text };
  const { root, content } = parseXml(text);
  return { [root === 'CompleteMultipartUpload' ? 'MultipartUpload' : root]: toMembers(content) };
}

/** Elements whose repetition is a list of another name. */
const LISTS: Readonly<Record<string, string>> = { Rule: 'Rules', Part: 'Parts' };

function toMembers(content: unknown): unknown {
  if (Array.isArray(content)) return content.map(toMembers);
  if (typeof content !== 'object' || content === null) return content;
  return Object.fromEntries(
    Object.entries(content as Input).flatMap(([name, child]) => {
      if (name === '#text') return [];
      const list = LISTS[name];
      return [list === undefined ? [name, toMembers(child)] : [list, [child].flat().map(toMembers)]];
    }),
  );
}
