import { randomBytes } from 'node:crypto';
import { AwsError } from '../aws.ts';
import type { Caller, Cloud } from '../aws.ts';
import { notSupported } from '../operation.ts';
import type { Bucket } from './buckets.ts';

/** How an object's bytes are encrypted. Under `aws:kms` the wrapped data key can be opened by KMS only. */
export type Encryption =
  | { readonly algorithm: 'AES256' }
  | {
      readonly algorithm: 'aws:kms';
      readonly keyArn: string;
      /** Base64. */
      readonly wrappedKey: string;
      readonly bucketKey: boolean;
    };

export interface EncryptionRequest {
  readonly ServerSideEncryption?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
}

interface Place {
  readonly bucket: Bucket;
  readonly key: string;
  readonly caller: Caller;
}

export type ObjectEncryption = ReturnType<typeof objectEncryption>;

/** Data keys for objects: KMS's, asked for as the caller, or S3's own. */
export function objectEncryption(cloud: Cloud) {
  const secrets = cloud.store.collection<string>('s3.secret');
  const ownKey = Buffer.from(secrets.get('key') ?? randomBytes(32).toString('base64'), 'base64');
  secrets.put('key', ownKey.toString('base64'));

  /** With a bucket key, KMS sees the bucket; otherwise the object. */
  const context = ({ bucket, key }: Place, bucketKey: boolean) => ({
    'aws:s3:arn': `arn:aws:s3:::${bucket.name}${bucketKey ? '' : `/${key}`}`,
  });

  return {
    /** The encryption of a new object, and its data key. */
    async create(request: EncryptionRequest, place: Place): Promise<{ encryption: Encryption; dataKey: Buffer }> {
      const { algorithm, keyId, bucketKey } = chosen(request, place.bucket);
      if (algorithm === 'AES256') return { encryption: { algorithm }, dataKey: ownKey };
      if (keyId === undefined) throw notSupported('SSE-KMS without a key id (the AWS managed key aws/s3)');
      const answer = await askKms(cloud, place.caller, 'GenerateDataKey', {
        KeyId: keyId,
        KeySpec: 'AES_256',
        EncryptionContext: context(place, bucketKey),
      });
      return {
        encryption: { algorithm, keyArn: answer['KeyId'] ?? '', wrappedKey: answer['CiphertextBlob'] ?? '', bucketKey },
        dataKey: Buffer.from(answer['Plaintext'] ?? '', 'base64'),
      };
    },

    /** The data key of an object that exists. */
    async open(encryption: Encryption, place: Place): Promise<Buffer> {
      if (encryption.algorithm === 'AES256') return ownKey;
      const answer = await askKms(cloud, place.caller, 'Decrypt', {
        KeyId: encryption.keyArn,
        CiphertextBlob: encryption.wrappedKey,
        EncryptionContext: context(place, encryption.bucketKey),
      });
      return Buffer.from(answer['Plaintext'] ?? '', 'base64');
    },
  };
}

/** The members that tell a client how its object is encrypted. */
export const encryptionAnswer = (encryption: Encryption) => ({
  ServerSideEncryption: encryption.algorithm,
  ...(encryption.algorithm === 'aws:kms'
    ? { SSEKMSKeyId: encryption.keyArn, ...(encryption.bucketKey ? { BucketKeyEnabled: true } : {}) }
    : {}),
});

/** The request decides, then the bucket's default. */
function chosen({ ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled }: EncryptionRequest, { encryption }: Bucket) {
  if (ServerSideEncryption === undefined && SSEKMSKeyId !== undefined)
    throw new AwsError(
      'InvalidArgument',
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
    );
  const algorithm = ServerSideEncryption ?? encryption?.algorithm ?? 'AES256';
  if (algorithm !== 'AES256' && algorithm !== 'aws:kms') throw notSupported(`The server-side encryption ${algorithm}`);
  return {
    algorithm,
    keyId: SSEKMSKeyId ?? encryption?.keyId,
    bucketKey: BucketKeyEnabled ?? encryption?.bucketKey ?? false,
  } as const;
}

/** S3 answers with KMS's refusals under its own names. */
async function askKms(
  cloud: Cloud,
  caller: Caller,
  operation: string,
  input: Record<string, unknown>,
): Promise<Record<string, string | undefined>> {
  try {
    return (await cloud.call('kms', operation, input, caller)) as Record<string, string>;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.code === 'AccessDeniedException')
      throw new AwsError('AccessDenied', error.message, { status: 403, cause: error });
    throw new AwsError(`KMS.${error.code}`, error.message, { cause: error });
  }
}
