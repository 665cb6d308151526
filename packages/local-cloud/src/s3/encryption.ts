import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AwsError, type Caller, type Cloud, type Input } from '../aws.ts';
import { notSupported } from '../operation.ts';
import type { Bucket } from './buckets.ts';
import { DEFAULT_ENCRYPTION } from './bucketSettings.ts';

/** How an object's bytes are encrypted. Under `aws:kms` the wrapped data key (base64) can be opened by KMS only. */
export type Encryption =
  | { readonly algorithm: 'AES256' }
  | { readonly algorithm: 'aws:kms'; readonly keyArn: string; readonly wrappedKey: string };

/** What a request may say about the encryption of a new object. */
export const encryptionRequest = {
  ServerSideEncryption: z.enum(['AES256', 'aws:kms']).optional(),
  SSEKMSKeyId: z.string().optional(),
};
export type EncryptionRequest = z.output<z.ZodObject<typeof encryptionRequest>>;

interface Place {
  readonly bucket: Bucket;
  readonly key: string;
  readonly caller: Caller;
}

/** Data keys for objects: KMS's, asked for as the caller, or S3's own. */
export function objectEncryption(cloud: Cloud) {
  const secrets = cloud.store.collection<string>('s3.secret');
  const ownKey = Buffer.from(secrets.get('key') ?? randomBytes(32).toString('base64'), 'base64');
  secrets.put('key', ownKey.toString('base64'));

  /** S3 answers KMS's refusals under its own names. */
  const kms = async (operation: string, input: Input, { bucket, key, caller }: Place) => {
    const EncryptionContext = { 'aws:s3:arn': `arn:aws:s3:::${bucket.name}/${key}` };
    try {
      return (await cloud.call('kms', operation, { ...input, EncryptionContext }, { ...caller, via: 's3' })) as Record<
        string,
        string
      >;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (error.code === 'AccessDeniedException')
        throw new AwsError('AccessDenied', error.message, { status: 403, cause: error });
      throw new AwsError(`KMS.${error.code}`, error.message, { cause: error });
    }
  };

  return {
    /** The encryption of a new object, and its data key: the request decides, then the bucket's default. */
    async create(request: EncryptionRequest, place: Place): Promise<{ encryption: Encryption; dataKey: Buffer }> {
      const [rule] = (place.bucket.configuration.BucketEncryption ?? DEFAULT_ENCRYPTION).Rules;
      const { SSEAlgorithm, KMSMasterKeyID } = rule.ApplyServerSideEncryptionByDefault;
      const { ServerSideEncryption: algorithm = SSEAlgorithm, SSEKMSKeyId: KeyId = KMSMasterKeyID } = request;
      if (request.SSEKMSKeyId !== undefined && request.ServerSideEncryption !== 'aws:kms')
        throw new AwsError(
          'InvalidArgument',
          'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
        );
      if (algorithm === 'AES256') return { encryption: { algorithm }, dataKey: ownKey };
      if (KeyId === undefined) throw notSupported('SSE-KMS without a key id (the AWS managed key aws/s3)');
      const made = await kms('GenerateDataKey', { KeyId, KeySpec: 'AES_256' }, place);
      const { KeyId: keyArn = '', CiphertextBlob: wrappedKey = '', Plaintext = '' } = made;
      return { encryption: { algorithm, keyArn, wrappedKey }, dataKey: Buffer.from(Plaintext, 'base64') };
    },

    /** The data key of an object that exists. */
    async open(encryption: Encryption, place: Place): Promise<Buffer> {
      if (encryption.algorithm === 'AES256') return ownKey;
      const { keyArn, wrappedKey } = encryption;
      const { Plaintext = '' } = await kms('Decrypt', { KeyId: keyArn, CiphertextBlob: wrappedKey }, place);
      return Buffer.from(Plaintext, 'base64');
    },
  };
}

/** The members that tell a client how its object is encrypted. */
export const encryptionAnswer = (encryption: Encryption) => ({
  ServerSideEncryption: encryption.algorithm,
  ...(encryption.algorithm === 'aws:kms' ? { SSEKMSKeyId: encryption.keyArn } : {}),
});
