import type { IncomingMessage } from 'node:http';
import { AwsError, type Caller, type Cloud } from './aws.ts';
import type { Sessions } from './credentials.ts';
import { collect, payload } from './wire/body.ts';
import type { WireRequest } from './wire/protocol.ts';
import { sha256, signatureMatches, type Signature, type SignedRequest } from './wire/sigv4.ts';

/** Enough for the largest request of any service but S3's objects, which are streamed. */
const MAX_BODY = 16 * 1024 * 1024;

/** Services whose errors have the names of the query protocol. */
const QUERY = new Set(['sns', 'sts', 'iam']);

/** Services without regions: their clients sign for the first one. */
const GLOBAL = new Set(['iam', 'cloudfront', 'organizations', 'route53']);

interface Unverified {
  readonly cloud: Cloud;
  readonly sessions: Sessions;
  readonly request: IncomingMessage;
  readonly signed: SignedRequest;
  readonly signature: Signature;
}

/** Who calls, once key, session token, region and signature are right. Throws the service's own error (403) otherwise. */
export async function authenticate(unverified: Unverified): Promise<{ caller: Caller; wireRequest: WireRequest }> {
  const { cloud, sessions, request, signed, signature } = unverified;
  const { service } = signature;
  const session = sessions.find(signature.accessKeyId);
  if (session === undefined || !fits(signature, session.credentials.sessionToken)) throw unknownToken(service);
  if (signature.region !== cloud.region && !GLOBAL.has(service))
    throw signatureError(service, `Credential should be scoped to a valid region: ${cloud.region}.`);
  // S3's content is streamed, and hashed by the client; every other service's is read whole.
  const body = service === 's3' ? Buffer.alloc(0) : await collect(request, MAX_BODY);
  const payloadHash =
    service === 's3' ? String(signed.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD') : sha256(body);
  if (!signatureMatches(signed, signature, session.credentials.secretAccessKey, payloadHash))
    throw signatureError(
      service,
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  // A time that cannot be read is as good as past.
  if (signature.expires !== undefined && !(Date.now() <= signature.expires))
    throw new AwsError('AccessDenied', 'Request has expired', { status: 403 });
  const stream = payload(request, signed.headers);
  return { caller: session.caller, wireRequest: { ...signed, service, body, stream } };
}

/** A token may be left out, as with a user's keys: a client that takes key and secret alone gets in too. */
const fits = ({ token }: Signature, sessionToken: string): boolean => token === '' || token === sessionToken;

function unknownToken(service: string): AwsError {
  if (service === 's3')
    return new AwsError('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', {
      status: 403,
    });
  const code = QUERY.has(service) ? 'InvalidClientTokenId' : 'UnrecognizedClientException';
  return new AwsError(code, 'The security token included in the request is invalid.', { status: 403 });
}

const signatureError = (service: string, message: string): AwsError =>
  new AwsError(
    QUERY.has(service) || service === 's3' ? 'SignatureDoesNotMatch' : 'InvalidSignatureException',
    message,
    { status: 403 },
  );
