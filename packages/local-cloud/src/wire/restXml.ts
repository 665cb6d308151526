import { Readable } from 'node:stream';
import { AwsError, type Input } from '../aws.ts';
import { notSupported } from '../operation.ts';
import { collect } from './body.ts';
import { CHECKSUMS } from './checksums.ts';
import type { Protocol, WireRequest } from './protocol.ts';
import { document, parseDocument } from './xml.ts';

/** `METHOD level [subresource]`, where a subresource is the query parameter that selects the operation. */
const OPERATIONS: Readonly<Record<string, string>> = {
  'GET service': 'ListBuckets',
  'HEAD bucket': 'HeadBucket',
  'GET bucket': 'ListObjects',
  'GET bucket list-type': 'ListObjectsV2',
  'GET bucket versions': 'ListObjectVersions',
  'GET bucket uploads': 'ListMultipartUploads',
  'GET bucket location': 'GetBucketLocation',
  'GET bucket encryption': 'GetBucketEncryption',
  'GET bucket versioning': 'GetBucketVersioning',
  'GET bucket policy': 'GetBucketPolicy',
  'GET bucket notification': 'GetBucketNotificationConfiguration',
  'GET bucket lifecycle': 'GetBucketLifecycleConfiguration',
  'GET bucket publicAccessBlock': 'GetPublicAccessBlock',
  'GET bucket ownershipControls': 'GetBucketOwnershipControls',
  'GET bucket tagging': 'GetBucketTagging',
  'POST bucket delete': 'DeleteObjects',
  'PUT object': 'PutObject',
  'PUT object copy': 'CopyObject',
  'GET object': 'GetObject',
  'GET object attributes': 'GetObjectAttributes',
  'HEAD object': 'HeadObject',
  'DELETE object': 'DeleteObject',
  'POST object uploads': 'CreateMultipartUpload',
  'PUT object uploadId': 'UploadPart',
  'PUT object uploadId copy': 'UploadPartCopy',
  'POST object uploadId': 'CompleteMultipartUpload',
  'DELETE object uploadId': 'AbortMultipartUpload',
  'GET object uploadId': 'ListParts',
};

/** Where the name of an operation that is not supported does not follow from its address. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  'PUT bucket': 'CreateBucket',
  'GET bucket accelerate': 'GetBucketAccelerateConfiguration',
  'GET bucket object-lock': 'GetObjectLockConfiguration',
  'POST object restore': 'RestoreObject',
  'POST object select': 'SelectObjectContent',
};

/** The root element of the answers that are documents; where the answer has a member of that name, it is the content. */
const DOCUMENTS: Readonly<Record<string, string | undefined>> = {
  ListBuckets: 'ListAllMyBucketsResult',
  ListObjects: 'ListBucketResult',
  ListObjectsV2: 'ListBucketResult',
  ListObjectVersions: 'ListVersionsResult',
  ListMultipartUploads: 'ListMultipartUploadsResult',
  ListParts: 'ListPartsResult',
  GetBucketLocation: 'LocationConstraint',
  GetBucketEncryption: 'ServerSideEncryptionConfiguration',
  GetBucketVersioning: 'VersioningConfiguration',
  GetBucketNotificationConfiguration: 'NotificationConfiguration',
  GetBucketLifecycleConfiguration: 'LifecycleConfiguration',
  GetPublicAccessBlock: 'PublicAccessBlockConfiguration',
  GetBucketOwnershipControls: 'OwnershipControls',
  GetBucketTagging: 'Tagging',
  GetObjectAttributes: 'GetObjectAttributesOutput',
  CopyObject: 'CopyObjectResult',
  UploadPartCopy: 'CopyPartResult',
  CreateMultipartUpload: 'InitiateMultipartUploadResult',
  CompleteMultipartUpload: 'CompleteMultipartUploadResult',
  DeleteObjects: 'DeleteResult',
};

/** Lists whose elements have a name of their own; the last two stand inside an element of the list's name. */
const ITEMS: Readonly<Record<string, string>> = {
  Rules: 'Rule',
  Versions: 'Version',
  DeleteMarkers: 'DeleteMarker',
  Uploads: 'Upload',
  Parts: 'Part',
  Buckets: 'Bucket',
  TagSet: 'Tag',
};

/** The member that a request's document is, its list, and the element that repeats. */
const REQUEST_DOCUMENTS: Readonly<Record<string, readonly [member: string, list: string, item: string]>> = {
  DeleteObjects: ['Delete', 'Objects', 'Object'],
  CompleteMultipartUpload: ['MultipartUpload', 'Parts', 'Part'],
};
/** Enough for 10,000 parts, or 1,000 keys. */
const MAX_DOCUMENT = 4 * 1024 * 1024;

/** Query parameters that are members of an input; any other selects an operation. */
const PARAMETERS =
  /^(prefix|delimiter|marker|(max|fetch|start|continuation|encoding|response)-[a-z-]+|(key|(version|upload)-id|part-number)-marker|versionId|uploadId|partNumber|bucket-region)$/;

/** Headers that are members of every input that has them, beside S3's own. */
const CONDITIONS = /^(if-(none-)?match|if-(un)?modified-since|range)$/;

/** Headers that describe an object. */
const OBJECT_HEADERS = /^(content-(type|encoding|disposition|language)|cache-control|expires)$/;

/** Headers of the transport: signature, framing, checksums (verified with the body). Presigned ones are parameters. */
const TRANSPORT = new RegExp(
  `^x-amz-(algorithm|credential|date|expires|signedheaders|signature|content-sha256|security-token|decoded-content-length|trailer|user-agent|sdk-checksum-algorithm|checksum-(algorithm|type|${Object.keys(CHECKSUMS).join('|')}))$`,
);

/** Members of answers (and errors) that are headers, by the header; in a document's answer S3's own, and the time. */
const ANSWER_HEADERS = Object.fromEntries(
  [
    'content-type content-encoding content-disposition content-language cache-control expires content-length content-range',
    'accept-ranges etag last-modified x-amz-server-side-encryption x-amz-server-side-encryption-aws-kms-key-id',
    'x-amz-version-id x-amz-delete-marker x-amz-copy-source-version-id x-amz-bucket-region',
  ]
    .flatMap((names) => names.split(' '))
    .map((header) => [memberOf(header), header]),
);

const METADATA = 'x-amz-meta-';
const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** S3's REST protocol: path-style addresses, headers, XML documents, streamed objects. */
export const restXml: Protocol = {
  /** Throws 501 for an operation that is not supported. */
  async read(request) {
    const { service, method, path, query, stream } = request;
    if (service !== 's3') throw notSupported(`${service} ${method} ${path}`);
    const [, bucket = '', ...steps] = decodePath(path);
    const key = steps.join('/');
    // What a presigned request has in its query is as good as a header.
    const headers = {
      ...Object.fromEntries([...query].map(([name, value]) => [name.toLowerCase(), value])),
      ...request.headers,
    };
    const copies = headers['x-amz-copy-source'] !== undefined;
    const level = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object';
    const operation = operationOf(request, level, copies);
    const describes = ['PutObject', 'CopyObject', 'CreateMultipartUpload'].includes(operation);
    const input = {
      ...(bucket === '' ? {} : { Bucket: bucket }),
      ...(key === '' ? {} : { Key: key }),
      ...renamed([...query], (name) => PARAMETERS.test(name)),
      ...renamed(
        Object.entries(headers),
        (name) => CONDITIONS.test(name) || (/^x-amz-(?!meta-)/.test(name) && !TRANSPORT.test(name)),
      ),
      ...(describes ? descriptionOf(headers) : {}),
      ...(operation === 'PutObject' || operation === 'UploadPart' ? { Body: stream } : {}),
    };
    const given = REQUEST_DOCUMENTS[operation];
    if (given === undefined) return { operation, input };
    const [member, list, item] = given;
    const { items, others } = parseDocument((await collect(stream, MAX_DOCUMENT)).toString(), item);
    return { operation, input: { ...input, [member]: { ...others, [list]: items } } };
  },

  write(_request, { operation }, { output, requestId }) {
    const id = { 'x-amz-request-id': requestId };
    if (operation === 'GetBucketPolicy')
      return { status: 200, headers: { ...id, 'content-type': 'application/json' }, body: String(output['Policy']) };
    const root = DOCUMENTS[operation];
    const { headers, content } = split(output, root !== undefined);
    if (root !== undefined) {
      const body = document(root, elementsOf(content[root] ?? content), NAMESPACE);
      return { status: 200, headers: { ...id, ...headers, 'content-type': 'application/xml' }, body };
    }
    const { Body, ContentRange } = output;
    const deleted = operation === 'DeleteObject' || operation === 'AbortMultipartUpload';
    return {
      status: deleted ? 204 : ContentRange === undefined ? 200 : 206,
      headers: { ...id, ...headers },
      ...(Body instanceof Readable ? { body: Body } : {}),
    };
  },

  fail({ code, message, members, status }, { path }, requestId) {
    const id = { 'x-amz-request-id': requestId };
    const { headers, content } = split(members, status !== 304);
    const body = document('Error', { Code: code, Message: message, ...content, Resource: path, RequestId: requestId });
    if (status === 304) return { status, headers: { ...id, ...headers } };
    return { status, headers: { ...id, ...headers, 'content-type': 'application/xml' }, body };
  },
};

function decodePath(path: string): string[] {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch (cause) {
    throw new AwsError('InvalidURI', "Couldn't parse the specified URI.", { cause });
  }
}

function operationOf({ method, query }: WireRequest, level: string, copies: boolean): string {
  const selector = [...query.keys()].find((name) => !PARAMETERS.test(name) && !/^x-/i.test(name));
  const subresource = selector ?? (query.has('uploadId') ? 'uploadId' : undefined);
  const at = (verb: string): string => [verb, level, subresource].filter((part) => part !== undefined).join(' ');
  const operation = OPERATIONS[copies ? `${at(method)} copy` : at(method)];
  if (operation !== undefined) return operation;
  // The others of a setting's operations are called like the one that reads it.
  const reading = subresource === undefined ? undefined : (OPERATIONS[at('GET')] ?? UNSUPPORTED[at('GET')]);
  const named = reading ?? `Get${memberOf(subresource === undefined ? level : `${level}-${subresource}`)}`;
  const name = UNSUPPORTED[at(method)] ?? named.replace(/^Get/, memberOf(method.toLowerCase()));
  throw notSupported(`s3:${name}`);
}

/** `x-amz-copy-source-if-match` is `CopySourceIfMatch`, `versionId` is `VersionId`. */
function memberOf(name: string): string {
  const plain = name.replace(/^x-amz-/, '').replace('server-side-encryption-aws-kms-key-id', 'SSE-KMS-key-id');
  if (plain === 'acl') return 'ACL';
  if (plain === 'etag') return 'ETag';
  return plain.replace(/(?:^|-)(\w?)/g, (_match, first: string) => first.toUpperCase());
}

const renamed = (entries: readonly (readonly [string, unknown])[], chosen: (name: string) => boolean): Input =>
  Object.fromEntries(entries.filter(([name]) => chosen(name)).map(([name, value]) => [memberOf(name), value]));

function descriptionOf(headers: Readonly<Record<string, unknown>>): Input {
  const entries = Object.entries(headers);
  const { ContentEncoding, ...described } = renamed(entries, (name) => OBJECT_HEADERS.test(name));
  // `aws-chunked` is framing, and gone by now.
  const encoding = typeof ContentEncoding === 'string' ? ContentEncoding.replace(/aws-chunked,? ?/, '') : '';
  const metadata = entries.filter(([name]) => name.startsWith(METADATA));
  return {
    ...described,
    ...(encoding === '' ? {} : { ContentEncoding: encoding }),
    Metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice(METADATA.length), value])),
  };
}

/** The elements of an answer, by the names that XML has for them. */
function elementsOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(elementsOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const [item, elements] = [ITEMS[name], elementsOf(inner)];
      if (item === undefined) return [name, elements];
      return name === 'Buckets' || name === 'TagSet' ? [name, { [item]: elements }] : [item, elements];
    }),
  );
}

/** What of an answer goes into headers, and what is left for the document. */
function split(output: Input, inDocument: boolean): { headers: Record<string, string>; content: Input } {
  const headers: Record<string, string> = {};
  const content: Record<string, unknown> = {};
  for (const [member, value] of Object.entries(output)) {
    const header = ANSWER_HEADERS[member];
    if (header === undefined || (inDocument && !/^(x-amz-|last-modified)/.test(header))) content[member] = value;
    else if (member === 'LastModified') headers[header] = new Date(Number(value) * 1000).toUTCString();
    else headers[header] = String(value);
  }
  for (const [name, value] of Object.entries(output['Metadata'] ?? {})) headers[METADATA + name] = String(value);
  return { headers, content };
}
