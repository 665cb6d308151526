import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { once } from 'node:events';
import { AwsError } from './aws.ts';
import type { Caller, Cloud } from './aws.ts';
import type { Sessions } from './credentials.ts';
import { awsJson } from './wire/awsJson.ts';
import { collect, payload } from './wire/body.ts';
import type { Protocol, WireRequest, WireResponse } from './wire/protocol.ts';
import { query } from './wire/query.ts';
import { restJson } from './wire/restJson.ts';
import { restXml } from './wire/restXml.ts';
import { readSignature, sha256, signatureMatches } from './wire/sigv4.ts';
import type { Signature, SignedRequest } from './wire/sigv4.ts';

/** Enough for the largest request of any service but S3's objects, which are streamed. */
const MAX_BODY = 16 * 1024 * 1024;

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  s3: restXml,
  sns: query,
  sts: query,
  iam: query,
  lambda: restJson,
  scheduler: restJson,
};

/** Serves `cloud` on a loopback port. */
export async function listen(
  cloud: Cloud,
  sessions: Sessions,
  port: number,
): Promise<{ endpoint: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void handle({ cloud, sessions, request, response });
  });
  // Jobs move large objects for as long as it takes.
  server.requestTimeout = 0;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Exchange {
  readonly cloud: Cloud;
  readonly sessions: Sessions;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function handle({ cloud, sessions, request, response }: Exchange): Promise<void> {
  const requestId = randomUUID();
  const signed = signedRequest(request);
  const signature = readSignature(signed);
  const protocol =
    PROTOCOLS[signature?.service ?? ''] ?? (signature === undefined && isS3Like(signed) ? restXml : awsJson);
  let answer: WireResponse;
  try {
    if (signature === undefined)
      throw new AwsError('MissingAuthenticationToken', 'The request carries no SigV4 signature', { status: 403 });
    const { caller, wireRequest } = await authenticate({ cloud, sessions, request, signed, signature });
    const call = await protocol.read(wireRequest);
    const output = await cloud.call(signature.service, call.operation, call.input, caller);
    answer = protocol.write(wireRequest, call, { output, requestId });
  } catch (error) {
    answer = protocol.fail(asAwsError(cloud, error, signed), signed, requestId);
  }
  // A body that nobody read would block the connection.
  request.resume();
  await send(response, request, answer).catch((error: unknown) => {
    cloud.log(`${request.method ?? ''} ${signed.path}: the answer was cut off: ${String(error)}`);
  });
}

function signedRequest({ method = 'GET', url = '/', headers }: IncomingMessage): SignedRequest {
  const [path = '/', search = ''] = url.split(/\?(.*)/s);
  return { method, path, query: new URLSearchParams(search), headers };
}

/** Requests without a signature have no service to go by: those of the JSON protocols are recognisable. */
const isS3Like = ({ headers }: SignedRequest): boolean => headers['x-amz-target'] === undefined;

interface Unverified {
  readonly cloud: Cloud;
  readonly sessions: Sessions;
  readonly request: IncomingMessage;
  readonly signed: SignedRequest;
  readonly signature: Signature;
}

/** Who calls, once key, session token, region and signature are right. */
async function authenticate(unverified: Unverified): Promise<{ caller: Caller; wireRequest: WireRequest }> {
  const { cloud, sessions, request, signed, signature } = unverified;
  const { service } = signature;
  const session = sessions.find(signature.accessKeyId);
  if (session === undefined || session.credentials.sessionToken !== signature.token) throw unknownToken(service);
  if (signature.region !== cloud.region && service !== 'iam')
    throw signatureError(service, `Credential should be scoped to a valid region: ${cloud.region}.`);

  const stream = service === 's3' ? payload(request, signed.headers) : undefined;
  const body = stream === undefined ? await collect(request, MAX_BODY) : Buffer.alloc(0);
  const declared = signature.presigned ? 'UNSIGNED-PAYLOAD' : signed.headers['x-amz-content-sha256'];
  const payloadHash = stream === undefined ? sha256(body) : String(declared ?? '');
  if (!signatureMatches(signed, signature, session.credentials.secretAccessKey, payloadHash))
    throw signatureError(
      service,
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  return {
    caller: session.caller,
    wireRequest: {
      ...signed,
      service,
      stream: stream ?? Readable.from(body, { objectMode: false }),
      body: () => (stream === undefined ? Promise.resolve(body) : collect(stream, MAX_BODY)),
    },
  };
}

function unknownToken(service: string): AwsError {
  if (service === 's3')
    return new AwsError('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
      status: 403,
    });
  const code = PROTOCOLS[service] === query ? 'InvalidClientTokenId' : 'UnrecognizedClientException';
  return new AwsError(code, 'The security token included in the request is invalid.', { status: 403 });
}

const signatureError = (service: string, message: string): AwsError =>
  new AwsError(
    PROTOCOLS[service] === query || service === 's3' ? 'SignatureDoesNotMatch' : 'InvalidSignatureException',
    message,
    { status: 403 },
  );

/** What AWS would refuse goes out as it is; anything else is a fault of ours, which the log explains. */
function asAwsError(cloud: Cloud, error: unknown, { method, path }: SignedRequest): AwsError {
  if (error instanceof AwsError) return error;
  cloud.log(`${method} ${path}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return new AwsError('InternalFailure', 'The request failed because of an internal error; see the log', {
    status: 500,
    cause: error,
  });
}

async function send(response: ServerResponse, request: IncomingMessage, answer: WireResponse): Promise<void> {
  response.writeHead(answer.status, answer.headers);
  if (request.method === 'HEAD' || !(answer.body instanceof Readable)) {
    if (answer.body instanceof Readable) answer.body.destroy();
    response.end(answer.body instanceof Readable ? undefined : answer.body);
    return;
  }
  await pipeline(answer.body, response);
}
