/** What a policy's conditions can ask about a call. */
import type { Caller, Input, Place } from '../aws.ts';
import type { Context } from '../policy/pattern.ts';
import type { Call } from './access.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
export const contextOf = (place: Place, call: Call, caller: Caller): Context => ({
  ...callerKeys(place, caller),
  ...KEYS[call.service]?.(call.input),
});

const callerKeys = ({ account, region }: Place, { roleArn, source, via }: Caller): Context => ({
  'aws:principalarn': roleArn,
  'aws:principalaccount': roleArn?.split(':')[4],
  'aws:requestedregion': region,
  // The loopback port stands for AWS's endpoints, which speak TLS to every client of the SDKs.
  'aws:securetransport': 'true',
  'aws:sourcearn': source,
  'aws:sourceaccount': source === undefined ? undefined : account,
  'kms:viaservice': via === undefined ? undefined : `${via}.${region}.amazonaws.com`,
  'kms:calleraccount': account,
});

/** Keys that one service's calls have, in lower case. */
const KEYS: Readonly<Record<string, (input: Input) => Context>> = {
  s3: (input) => ({
    's3:prefix': text(input['Prefix']),
    's3:delimiter': text(input['Delimiter']),
    's3:x-amz-server-side-encryption': text(input['ServerSideEncryption']),
    's3:x-amz-server-side-encryption-aws-kms-key-id': text(input['SSEKMSKeyId']),
  }),
  events: ({ Source, DetailType }) => ({ 'events:source': text(Source), 'events:detail-type': text(DetailType) }),
  kms: ({ EncryptionContext = {}, GrantIsForAWSResource }) => ({
    'kms:encryptioncontextkeys': Object.keys(EncryptionContext as object),
    'kms:grantisforawsresource': GrantIsForAWSResource === undefined ? undefined : 'true',
    ...Object.fromEntries(
      Object.entries(EncryptionContext as Record<string, string>).map(([key, value]) => [
        `kms:encryptioncontext:${key.toLowerCase()}`,
        value,
      ]),
    ),
  }),
  iam: ({ PassedToService }) => ({ 'iam:passedtoservice': text(PassedToService) }),
};

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
