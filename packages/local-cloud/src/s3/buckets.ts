import { z } from 'zod';
import { AwsError } from '../aws.ts';
import type { Cloud, Operation, Output } from '../aws.ts';
import { operation } from '../operation.ts';
import { policyProblem } from '../resourcePolicy.ts';

export interface Bucket {
  readonly name: string;
  /** Epoch seconds. */
  readonly created: number;
  /** By the name that `Put...` and `Get...` operations have in common. */
  readonly configuration: {
    readonly BucketEncryption?: z.output<typeof encryption>;
    readonly BucketVersioning?: z.output<typeof versioning>;
    readonly BucketNotificationConfiguration?: z.output<typeof notification>;
    readonly [name: string]: unknown;
  };
}

const encryption = z.strictObject({
  Rules: z.tuple([
    z.strictObject({
      ApplyServerSideEncryptionByDefault: z.strictObject({
        SSEAlgorithm: z.enum(['AES256', 'aws:kms']),
        KMSMasterKeyID: z.string().min(1).optional(),
      }),
      BucketKeyEnabled: z.literal(false).default(false),
    }),
  ]),
});
const versioning = z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) });
const notification = z.strictObject({ EventBridgeConfiguration: z.strictObject({}).optional() });

/** Every object is encrypted, if need be under S3's own key. */
export const DEFAULT_ENCRYPTION: z.output<typeof encryption> = {
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
};

interface Configuration {
  /** The member that `Put...` takes. */
  readonly member: string;
  readonly schema: z.ZodType;
  /** What `Get...` answers: that member, or what is inside. */
  readonly wrapped: boolean;
  /** What a bucket without it has; none: an error. */
  readonly otherwise?: object;
}

const CONFIGURATIONS: Readonly<Record<string, Configuration>> = {
  BucketEncryption: {
    member: 'ServerSideEncryptionConfiguration',
    schema: encryption,
    wrapped: true,
    otherwise: DEFAULT_ENCRYPTION,
  },
  BucketVersioning: { member: 'VersioningConfiguration', schema: versioning, wrapped: false, otherwise: {} },
  BucketPolicy: { member: 'Policy', schema: z.string(), wrapped: true },
  BucketNotificationConfiguration: {
    member: 'NotificationConfiguration',
    schema: notification,
    wrapped: false,
    otherwise: {},
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const VALID_NAME = /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export type Buckets = ReturnType<typeof bucketsOf>;

export function bucketsOf(cloud: Cloud) {
  const collection = cloud.store.collection<Bucket>('s3.bucket');
  const bucketName = { Bucket: z.string() };

  const find = (name: string): Bucket => {
    const bucket = collection.get(name);
    if (bucket !== undefined) return bucket;
    const members = { BucketName: name };
    throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', { status: 404, members });
  };

  const checkPolicy = (policy: string): void => {
    const tooLarge = Buffer.byteLength(policy) > 20_480;
    const problem = tooLarge ? 'Policy exceeds the maximum allowed document size.' : policyProblem(cloud.store, policy);
    if (problem !== undefined) throw new AwsError('MalformedPolicy', problem);
  };

  const configure = (name: string, { member, schema, wrapped, otherwise }: Configuration) => ({
    [`Put${name}`]: operation<Record<string, z.ZodType>>({ ...bucketName, [member]: schema }, (input) => {
      const bucket = find(String(input['Bucket']));
      const value = input[member];
      if (name === 'BucketPolicy') checkPolicy(String(value));
      collection.put(bucket.name, { ...bucket, configuration: { ...bucket.configuration, [name]: value } });
      return undefined;
    }),
    [`Get${name}`]: operation(bucketName, ({ Bucket }) => {
      const value = find(Bucket).configuration[name] ?? otherwise;
      const absent = { status: 404, members: { BucketName: Bucket } };
      if (value === undefined) throw new AwsError(`NoSuch${name}`, `The ${member} does not exist`, absent);
      return wrapped ? { [member]: value } : (value as Output);
    }),
  });

  const operations: Record<string, Operation> = {
    CreateBucket: operation(bucketName, ({ Bucket: name }) => {
      if (!VALID_NAME.test(name)) throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.');
      if (collection.get(name) !== undefined)
        throw new AwsError(
          'BucketAlreadyOwnedByYou',
          'Your previous request to create the named bucket succeeded and you already own it.',
          { status: 409 },
        );
      collection.put(name, { name, created: Date.now() / 1000, configuration: {} });
      return { Location: `/${name}` };
    }),
    HeadBucket: operation(bucketName, ({ Bucket }) => {
      find(Bucket);
      return { BucketRegion: cloud.region };
    }),
    ListBuckets: operation({}, () => ({
      Buckets: collection.list().map(({ value }) => ({ Name: value.name, CreationDate: value.created })),
      Owner: { ID: cloud.account },
    })),
  };
  for (const [name, configuration] of Object.entries(CONFIGURATIONS))
    Object.assign(operations, configure(name, configuration));

  return { find, operations };
}
