/** What a policy's conditions can ask about a call. */
import type { Caller, Cloud, Input } from '../aws.ts';
import type { Context } from '../policy/pattern.ts';
import type { Call } from './access.ts';

type Region = Pick<Cloud, 'account' | 'region'>;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
export function contextOf(cloud: Region, call: Call, caller: Caller): Context {
  return Object.fromEntries(
    Object.entries({ ...callerKeys(cloud, caller), ...KEYS[call.service]?.(call.input) })
      .filter((entry): entry is [string, string | string[]] => entry[1] !== undefined)
      .map(([key, value]) => [key.toLowerCase(), value]),
  );
}

type Values = Record<string, string | string[] | undefined>;

const callerKeys = ({ account, region }: Region, { roleArn, source, via }: Caller): Values => ({
  'aws:PrincipalArn': roleArn,
  'aws:PrincipalAccount': roleArn?.split(':')[4],
  'aws:RequestedRegion': region,
  // The loopback port stands for AWS's endpoints, which speak TLS to every client of the SDKs.
  'aws:SecureTransport': 'true',
  'aws:SourceArn': source,
  'aws:SourceAccount': source === undefined ? undefined : account,
  'kms:ViaService': via === undefined ? undefined : `${via}.${region}.amazonaws.com`,
  'kms:CallerAccount': account,
});

/** Keys that one service's calls have. */
const KEYS: Readonly<Record<string, (input: Input) => Values>> = {
  s3: (input) => ({
    's3:prefix': text(input['Prefix']),
    's3:delimiter': text(input['Delimiter']),
    's3:x-amz-server-side-encryption': text(input['ServerSideEncryption']),
    's3:x-amz-server-side-encryption-aws-kms-key-id': text(input['SSEKMSKeyId']),
  }),
  events: ({ Source, DetailType }) => ({ 'events:source': text(Source), 'events:detail-type': text(DetailType) }),
  kms: ({ EncryptionContext = {}, GrantIsForAWSResource }) => ({
    'kms:EncryptionContextKeys': Object.keys(EncryptionContext as object),
    'kms:GrantIsForAWSResource': GrantIsForAWSResource === undefined ? undefined : 'true',
    ...Object.fromEntries(
      Object.entries(EncryptionContext as Record<string, string>).map(([key, value]) => [
        `kms:EncryptionContext:${key}`,
        value,
      ]),
    ),
  }),
  iam: ({ PassedToService }) => ({ 'iam:PassedToService': text(PassedToService) }),
};

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
