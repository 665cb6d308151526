import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { once } from 'node:events';
import { AwsError, type Cloud } from './aws.ts';
import { authenticate } from './authenticate.ts';
import type { Sessions } from './credentials.ts';
import { awsJson } from './wire/awsJson.ts';
import type { Protocol, WireResponse } from './wire/protocol.ts';
import { ec2, query } from './wire/query.ts';
import { restJson } from './wire/restJson.ts';
import { restXml } from './wire/restXml.ts';
import { isSigV2, readSignature, type SignedRequest } from './wire/sigv4.ts';

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  s3: restXml,
  sns: query,
  sts: query,
  iam: query,
  lambda: restJson,
  scheduler: restJson,
  ec2,
  cloudfront: restXml,
  route53: restXml,
};

/** A service that is not there still has its refusal put in a way that its clients read. */
function protocolOf(service: string | undefined, { method, headers }: SignedRequest): Protocol {
  const known = PROTOCOLS[service ?? ''];
  if (known !== undefined) return known;
  if (headers['x-amz-target'] !== undefined) return awsJson;
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true) return query;
  // Without a signature, and without a sign of another service, it is S3 that is asked.
  return service === undefined && method !== 'POST' ? restXml : restJson;
}

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
  const protocol = protocolOf(signature?.service, signed);
  let answer: WireResponse;
  try {
    if (signature === undefined) throw unsigned(signed, protocol);
    const { caller, wireRequest } = await authenticate({ cloud, sessions, request, signed, signature });
    const call = await protocol.read(wireRequest);
    const output = await cloud.call(signature.service, call.operation, call.input, caller);
    answer = protocol.write(wireRequest, call, { output, requestId });
  } catch (error) {
    answer = protocol.fail(asAwsError(cloud, error, signed), signed, requestId);
  }
  // A body that nobody read would block the connection.
  request.resume();
  await send(response, answer).catch((error: unknown) => {
    cloud.log(`${request.method ?? ''} ${signed.path}: the answer was cut off: ${String(error)}`);
  });
}

function unsigned(request: SignedRequest, protocol: Protocol): AwsError {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/Appendix-Sigv2.html
  if (isSigV2(request))
    return new AwsError(
      'InvalidRequest',
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  if (protocol === restXml) return new AwsError('AccessDenied', 'Access Denied', { status: 403 });
  return new AwsError('MissingAuthenticationToken', 'The request carries no SigV4 signature', { status: 403 });
}

function signedRequest({ method = 'GET', url = '/', headers }: IncomingMessage): SignedRequest {
  const [path = '/', search = ''] = url.split(/\?(.*)/s);
  return { method, path, query: new URLSearchParams(search), headers };
}

/** What AWS would refuse goes out as it is; anything else is a fault of ours, which the log explains. */
function asAwsError(cloud: Cloud, error: unknown, { method, path }: SignedRequest): AwsError {
  if (error instanceof AwsError) return error;
  cloud.log(`${method} ${path}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return new AwsError('InternalFailure', 'The request failed because of an internal error; see the log', {
    status: 500,
    cause: error,
  });
}

async function send(response: ServerResponse, answer: WireResponse): Promise<void> {
  response.writeHead(answer.status, answer.headers);
  if (answer.body instanceof Readable) await pipeline(answer.body, response);
  else response.end(answer.body);
}
