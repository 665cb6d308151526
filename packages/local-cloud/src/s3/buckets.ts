import { z } from 'zod';
import { AwsError } from '../aws.ts';
import type { Cloud, Operation, Output } from '../aws.ts';
import { notSupported, operation } from '../operation.ts';
import { policyProblem } from '../resourcePolicy.ts';

export interface Bucket {
  readonly name: string;
  /** Epoch seconds. */
  readonly created: number;
  readonly versioning?: 'Enabled' | 'Suspended';
  readonly encryption?: EncryptionRule;
  readonly policy?: string;
  readonly publicAccessBlock?: Readonly<Record<string, boolean>>;
  /** Whether events go to EventBridge. */
  readonly eventBridge?: boolean;
}

export interface EncryptionRule {
  readonly algorithm: 'AES256' | 'aws:kms';
  readonly keyId?: string | undefined;
  readonly bucketKey: boolean;
}

export type Buckets = ReturnType<typeof bucketsOf>;

export function bucketsOf(cloud: Cloud) {
  const collection = cloud.store.collection<Bucket>('s3.bucket');
  return {
    list: (): Bucket[] => collection.list().map(({ value }) => value),
    exists: (name: string): boolean => collection.get(name) !== undefined,
    find(name: string): Bucket {
      const bucket = collection.get(name);
      if (bucket !== undefined) return bucket;
      throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', {
        status: 404,
        members: { BucketName: name },
      });
    },
    put(bucket: Bucket): void {
      collection.put(bucket.name, bucket);
    },
    remove: (name: string): boolean => collection.remove(name),
  };
}

/** Over the wire booleans are text. */
const boolean = z.union([z.boolean(), z.stringbool()]);
const bucketName = z.string();
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const VALID_NAME = /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

const encryptionConfiguration = z.strictObject({
  Rules: z.tuple([
    z.strictObject({
      ApplyServerSideEncryptionByDefault: z.strictObject({
        SSEAlgorithm: z.enum(['AES256', 'aws:kms']),
        KMSMasterKeyID: z.string().min(1).optional(),
      }),
      BucketKeyEnabled: boolean.default(false),
    }),
  ]),
});

const publicAccessBlock = z.strictObject({
  BlockPublicAcls: boolean.default(false),
  IgnorePublicAcls: boolean.default(false),
  BlockPublicPolicy: boolean.default(false),
  RestrictPublicBuckets: boolean.default(false),
});

/** Buckets and their configuration. The public access block is kept and reported; nothing here is ever public. */
export function bucketOperations(
  cloud: Cloud,
  buckets: Buckets,
  isEmpty: (bucket: string) => boolean,
): Record<string, Operation> {
  const change = (name: string, part: Partial<Bucket>): Output => {
    buckets.put({ ...buckets.find(name), ...part });
    return {};
  };
  const read = (answer: (bucket: Bucket) => Output): Operation =>
    operation({ Bucket: bucketName }, ({ Bucket }) => answer(buckets.find(Bucket)));

  return {
    CreateBucket: operation(
      { Bucket: bucketName, CreateBucketConfiguration: z.strictObject({ LocationConstraint: z.string() }).optional() },
      ({ Bucket, CreateBucketConfiguration }) => {
        if (!VALID_NAME.test(Bucket)) throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.');
        const location = CreateBucketConfiguration?.LocationConstraint ?? cloud.region;
        if (location !== cloud.region)
          throw new AwsError(
            'IllegalLocationConstraintException',
            `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`,
          );
        if (buckets.exists(Bucket))
          throw new AwsError(
            'BucketAlreadyOwnedByYou',
            'Your previous request to create the named bucket succeeded and you already own it.',
            { status: 409 },
          );
        buckets.put({ name: Bucket, created: Date.now() / 1000 });
        return {};
      },
    ),
    HeadBucket: read(() => ({ BucketRegion: cloud.region })),
    GetBucketLocation: read(() => ({ LocationConstraint: cloud.region })),
    DeleteBucket: operation({ Bucket: bucketName }, ({ Bucket }) => {
      const { name } = buckets.find(Bucket);
      if (!isEmpty(name))
        throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', { status: 409 });
      buckets.remove(name);
      return {};
    }),
    ListBuckets: operation({}, () => ({
      Buckets: buckets.list().map(({ name, created }) => ({ Name: name, CreationDate: created })),
      Owner: { ID: cloud.account },
    })),
    PutBucketEncryption: operation(
      { Bucket: bucketName, ServerSideEncryptionConfiguration: encryptionConfiguration },
      ({ Bucket, ServerSideEncryptionConfiguration }) => {
        const [{ ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled }] =
          ServerSideEncryptionConfiguration.Rules;
        return change(Bucket, {
          encryption: {
            algorithm: byDefault.SSEAlgorithm,
            keyId: byDefault.KMSMasterKeyID,
            bucketKey: BucketKeyEnabled,
          },
        });
      },
    ),
    GetBucketEncryption: read(({ encryption }) => ({
      ServerSideEncryptionConfiguration: {
        Rules: [
          {
            ApplyServerSideEncryptionByDefault: {
              SSEAlgorithm: encryption?.algorithm ?? 'AES256',
              KMSMasterKeyID: encryption?.keyId,
            },
            BucketKeyEnabled: encryption?.bucketKey ?? false,
          },
        ],
      },
    })),
    PutBucketVersioning: operation(
      {
        Bucket: bucketName,
        VersioningConfiguration: z.strictObject({
          Status: z.enum(['Enabled', 'Suspended']),
          MFADelete: z.literal('Disabled').optional(),
        }),
      },
      ({ Bucket, VersioningConfiguration }) => change(Bucket, { versioning: VersioningConfiguration.Status }),
    ),
    GetBucketVersioning: read(({ versioning }) => ({ Status: versioning })),
    PutBucketPolicy: operation({ Bucket: bucketName, Policy: z.string() }, ({ Bucket, Policy }) => {
      if (Buffer.byteLength(Policy) > 20_480)
        throw malformedPolicy('Policy exceeds the maximum allowed document size.');
      const problem = policyProblem(cloud.store, Policy);
      if (problem !== undefined) throw malformedPolicy(problem);
      return change(Bucket, { policy: Policy });
    }),
    GetBucketPolicy: read(({ name, policy }) => {
      if (policy === undefined) throw missing('NoSuchBucketPolicy', 'The bucket policy does not exist', name);
      return { Policy: policy };
    }),
    PutPublicAccessBlock: operation(
      { Bucket: bucketName, PublicAccessBlockConfiguration: publicAccessBlock },
      ({ Bucket, PublicAccessBlockConfiguration }) =>
        change(Bucket, { publicAccessBlock: PublicAccessBlockConfiguration }),
    ),
    GetPublicAccessBlock: read(({ name, publicAccessBlock: block }) => {
      const code = 'NoSuchPublicAccessBlockConfiguration';
      if (block === undefined) throw missing(code, 'The public access block configuration was not found', name);
      return { PublicAccessBlockConfiguration: block };
    }),
    PutBucketNotificationConfiguration: operation(
      { Bucket: bucketName, NotificationConfiguration: z.union([z.literal(''), z.looseObject({})]) },
      ({ Bucket, NotificationConfiguration }) => {
        const kinds = Object.keys(NotificationConfiguration === '' ? {} : NotificationConfiguration);
        const other = kinds.find((kind) => kind !== 'EventBridgeConfiguration');
        if (other !== undefined) throw notSupported(`The S3 notification ${other}`);
        return change(Bucket, { eventBridge: kinds.length > 0 });
      },
    ),
    GetBucketNotificationConfiguration: read(({ eventBridge }) =>
      eventBridge === true ? { EventBridgeConfiguration: {} } : {},
    ),
  };
}

const malformedPolicy = (message: string): AwsError => new AwsError('MalformedPolicy', message);

const missing = (code: string, message: string, bucket: string): AwsError =>
  new AwsError(code, message, { status: 404, members: { BucketName: bucket } });
