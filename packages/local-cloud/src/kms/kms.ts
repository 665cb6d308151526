import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AwsError, type Cloud, type Output, type Service } from '../aws.ts';
import { policyFault } from '../iam.ts';
import { operation } from '../operation.ts';
import { paging } from '../paging.ts';
import { keyIdOf, open, seal } from './ciphertext.ts';
import { keysOf, type Key } from './keys.ts';

const keyId = { KeyId: z.string().min(1).max(2048) };
const context = { EncryptionContext: z.record(z.string(), z.string()).optional() };
const blob = z
  .base64()
  .max(8192)
  .transform((text) => Buffer.from(text, 'base64'));
const aliasName = z
  .string()
  .max(256)
  .regex(/^alias\/[a-zA-Z0-9/_-]+$/, 'must be alias/ and letters, numbers, / _ -');
const policyName = z.literal('default').optional();
const pages = {
  size: 'Limit',
  token: 'Marker',
  next: 'NextMarker',
  truncated: 'Truncated',
  badToken: 'InvalidMarkerException',
} as const;
const inPages = paging({ ...pages, most: 1000, usual: 100 });
const inShortPages = paging({ ...pages, most: 100, usual: 50 });

/** Symmetric keys. Blobs are base64 text, as in KMS's own protocol. */
export function createKms(cloud: Cloud): Service {
  const keys = keysOf(cloud);

  const describe = (key: Key): Output => ({
    KeyMetadata: {
      AWSAccountId: cloud.account,
      KeyId: key.KeyId,
      Arn: keys.arnOf(key),
      CreationDate: key.CreationDate,
      Enabled: key.Enabled,
      Description: key.Description,
      KeyUsage: 'ENCRYPT_DECRYPT',
      KeyState: key.Enabled ? 'Enabled' : 'Disabled',
      Origin: 'AWS_KMS',
      KeyManager: 'CUSTOMER',
      KeySpec: 'SYMMETRIC_DEFAULT',
      CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
      EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
      MultiRegion: false,
    },
  });

  return {
    name: 'kms',
    guardOf: (arn) => {
      const key = keys.known(arn);
      if (key === undefined) return {};
      const aliases = keys.alias.list().flatMap((alias) => (alias.TargetKeyId === key.KeyId ? [alias.AliasName] : []));
      return { arn: keys.arnOf(key), policy: key.policy, aliases };
    },
    operations: {
      CreateKey: operation(
        {
          Policy: z.string().min(1).optional(),
          Description: z.string().max(8192).default(''),
        },
        ({ Policy = defaultKeyPolicy(cloud.account), Description }) => {
          checkKeyPolicy(cloud, Policy);
          return describe(keys.create(Description, Policy));
        },
      ),
      DescribeKey: operation(keyId, ({ KeyId }) => describe(keys.find(KeyId))),
      ListKeys: inPages('Keys', 'KeyId', {}, () =>
        keys.list().map((key) => ({ KeyId: key.KeyId, KeyArn: keys.arnOf(key) })),
      ),
      EnableKey: operation(keyId, ({ KeyId }) => void keys.change(KeyId, { Enabled: true })),
      DisableKey: operation(keyId, ({ KeyId }) => void keys.change(KeyId, { Enabled: false })),
      GetKeyPolicy: operation({ ...keyId, PolicyName: policyName }, ({ KeyId }) => ({
        Policy: keys.find(KeyId).policy,
        PolicyName: 'default',
      })),
      ListKeyPolicies: inPages('PolicyNames', undefined, keyId, ({ KeyId }) => {
        keys.find(KeyId);
        return ['default'];
      }),
      PutKeyPolicy: operation(
        {
          ...keyId,
          PolicyName: policyName,
          Policy: z.string().min(1),
        },
        ({ KeyId, Policy }) => {
          checkKeyPolicy(cloud, Policy);
          keys.change(KeyId, { policy: Policy });
          return undefined;
        },
      ),
      CreateAlias: operation({ AliasName: aliasName, TargetKeyId: z.string() }, ({ AliasName, TargetKeyId }) => {
        if (AliasName.startsWith('alias/aws/'))
          throw new AwsError('NotAuthorizedException', 'Aliases that begin with alias/aws/ are reserved.');
        keys.alias.create(AliasName, TargetKeyId);
        return undefined;
      }),
      UpdateAlias: operation({ AliasName: aliasName, TargetKeyId: z.string() }, ({ AliasName, TargetKeyId }) => {
        keys.alias.update(AliasName, TargetKeyId);
        return undefined;
      }),
      ListAliases: inShortPages('Aliases', 'AliasName', { KeyId: z.string().optional() }, ({ KeyId }) => {
        const target = KeyId === undefined ? undefined : keys.find(KeyId).KeyId;
        const chosen = keys.alias.list().filter(({ TargetKeyId }) => target === undefined || TargetKeyId === target);
        return chosen.map((alias) => ({ ...alias, AliasArn: keys.aliasArnOf(alias.AliasName) }));
      }),

      GenerateDataKey: operation(
        { ...keyId, ...context, KeySpec: z.literal('AES_256') },
        ({ KeyId, EncryptionContext = {} }) => {
          const key = keys.find(KeyId);
          const plaintext = randomBytes(32);
          const ciphertext = seal(key.KeyId, keys.materialOf(key), plaintext, EncryptionContext);
          return {
            KeyId: keys.arnOf(key),
            CiphertextBlob: ciphertext.toString('base64'),
            Plaintext: plaintext.toString('base64'),
          };
        },
      ),
      Decrypt: operation(
        { KeyId: z.string().optional(), ...context, CiphertextBlob: blob },
        ({ KeyId, CiphertextBlob, EncryptionContext = {} }) => {
          const key = keys.find(keyIdOf(CiphertextBlob));
          if (KeyId !== undefined && keys.find(KeyId).KeyId !== key.KeyId)
            throw new AwsError(
              'IncorrectKeyException',
              'The key ID in the request does not identify a CMK that can perform this operation.',
            );
          const plaintext = open(keys.materialOf(key), CiphertextBlob, EncryptionContext);
          return {
            KeyId: keys.arnOf(key),
            Plaintext: plaintext.toString('base64'),
            EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
          };
        },
      ),
    },
  };
}

/** What a key created without a policy gets: the account decides by IAM. */
const defaultKeyPolicy = (account: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });

/**
 * KMS refuses a policy that is not well formed, or that names a principal that does not exist.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
 */
function checkKeyPolicy(cloud: Cloud, text: string): void {
  if (Buffer.byteLength(text) > 32_768)
    throw new AwsError('LimitExceededException', 'The key policy document exceeds the limit of 32 kilobytes.');
  const problem = policyFault(cloud.store, text, 'kms');
  if (problem !== undefined) throw new AwsError('MalformedPolicyDocumentException', problem);
}
