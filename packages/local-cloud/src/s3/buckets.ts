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
    readonly BucketVersioning?: { readonly Status: 'Enabled' | 'Suspended' };
    readonly BucketNotificationConfiguration?: { readonly EventBridgeConfiguration?: unknown };
    readonly [name: string]: unknown;
  };
}

/** Over the wire booleans are text. */
export const flag = z.union([z.boolean(), z.stringbool()]);

const encryption = z.strictObject({
  Rules: z.tuple([
    z.strictObject({
      ApplyServerSideEncryptionByDefault: z.strictObject({
        SSEAlgorithm: z.enum(['AES256', 'aws:kms']),
        KMSMasterKeyID: z.string().min(1).optional(),
      }),
      BucketKeyEnabled: flag.default(false),
    }),
  ]),
});

/** Every object is encrypted, if need be under S3's own key. */
export const DEFAULT_ENCRYPTION: z.output<typeof encryption> = {
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
};

const publicAccessBlock = z.strictObject({
  BlockPublicAcls: flag.default(false),
  IgnorePublicAcls: flag.default(false),
  BlockPublicPolicy: flag.default(false),
  RestrictPublicBuckets: flag.default(false),
});

interface Configuration {
  /** The member that `Put...` takes. */
  readonly member: string;
  readonly schema: z.ZodType;
  /** Whether `Get...` answers with that member, or with what is inside. */
  readonly wrapped: boolean;
  /** What a bucket without it answers: a value, or this error code. */
  readonly otherwise: object | string;
}

/** The public access block and ownership are kept and reported; they have no effect here. */
const CONFIGURATIONS: Readonly<Record<string, Configuration>> = {
  BucketEncryption: {
    member: 'ServerSideEncryptionConfiguration',
    schema: encryption,
    wrapped: true,
    otherwise: DEFAULT_ENCRYPTION,
  },
  BucketVersioning: {
    member: 'VersioningConfiguration',
    schema: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }),
    wrapped: false,
    otherwise: {},
  },
  BucketPolicy: { member: 'Policy', schema: z.string(), wrapped: true, otherwise: 'NoSuchBucketPolicy' },
  BucketNotificationConfiguration: {
    member: 'NotificationConfiguration',
    // An empty element arrives as empty text.
    schema: z
      .union([z.literal('').transform(() => ({})), z.looseObject({})])
      .refine((value) => Object.keys(value).every((kind) => kind === 'EventBridgeConfiguration'), 'only EventBridge'),
    wrapped: false,
    otherwise: {},
  },
  PublicAccessBlock: {
    member: 'PublicAccessBlockConfiguration',
    schema: publicAccessBlock,
    wrapped: true,
    otherwise: 'NoSuchPublicAccessBlockConfiguration',
  },
  BucketOwnershipControls: {
    member: 'OwnershipControls',
    schema: z.looseObject({}),
    wrapped: true,
    otherwise: 'OwnershipControlsNotFoundError',
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const VALID_NAME = /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export type Buckets = ReturnType<typeof bucketsOf>;

export function bucketsOf(cloud: Cloud) {
  const collection = cloud.store.collection<Bucket>('s3.bucket');

  const find = (name: string): Bucket => {
    const bucket = collection.get(name);
    if (bucket !== undefined) return bucket;
    const members = { BucketName: name };
    throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', { status: 404, members });
  };

  const create = (name: string, location: string): void => {
    if (!VALID_NAME.test(name)) throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.');
    if (location !== cloud.region)
      throw new AwsError(
        'IllegalLocationConstraintException',
        `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`,
      );
    if (collection.get(name) !== undefined)
      throw new AwsError(
        'BucketAlreadyOwnedByYou',
        'Your previous request to create the named bucket succeeded and you already own it.',
        { status: 409 },
      );
    collection.put(name, { name, created: Date.now() / 1000, configuration: {} });
  };

  const checkPolicy = (policy: string): void => {
    const tooLarge =
      Buffer.byteLength(policy) > 20_480 ? 'Policy exceeds the maximum allowed document size.' : undefined;
    const problem = tooLarge ?? policyProblem(cloud.store, policy);
    if (problem !== undefined) throw new AwsError('MalformedPolicy', problem);
  };

  const bucketName = { Bucket: z.string() };
  const configure = ([name, { member, schema, wrapped, otherwise }]: [string, Configuration]): [
    string,
    Operation,
  ][] => [
    [
      `Put${name}`,
      operation<Record<string, z.ZodType>>({ ...bucketName, [member]: schema }, (input) => {
        const bucket = find(String(input['Bucket']));
        const value = input[member];
        if (name === 'BucketPolicy') checkPolicy(String(value));
        collection.put(bucket.name, { ...bucket, configuration: { ...bucket.configuration, [name]: value } });
        return undefined;
      }),
    ],
    [
      `Get${name}`,
      operation(bucketName, ({ Bucket }) => {
        const value = find(Bucket).configuration[name] ?? otherwise;
        if (value === otherwise && typeof otherwise === 'string')
          throw new AwsError(otherwise, `The ${member} does not exist`, {
            status: 404,
            members: { BucketName: Bucket },
          });
        return wrapped ? { [member]: value } : (value as Output);
      }),
    ],
  ];

  const operations: Record<string, Operation> = {
    CreateBucket: operation(
      { ...bucketName, CreateBucketConfiguration: z.strictObject({ LocationConstraint: z.string() }).optional() },
      ({ Bucket, CreateBucketConfiguration }) => {
        create(Bucket, CreateBucketConfiguration?.LocationConstraint ?? cloud.region);
        return { Location: `/${Bucket}` };
      },
    ),
    HeadBucket: operation(bucketName, ({ Bucket }) => {
      find(Bucket);
      return { BucketRegion: cloud.region };
    }),
    ListBuckets: operation({}, () => ({
      Buckets: collection.list().map(({ value }) => ({ Name: value.name, CreationDate: value.created })),
      Owner: { ID: cloud.account },
    })),
    ...Object.fromEntries(Object.entries(CONFIGURATIONS).flatMap(configure)),
  };

  return { find, operations };
}
