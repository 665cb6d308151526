import { z } from 'zod';
import { AwsError } from '../aws.ts';

/** Templates may hold booleans and numbers as text. */
const flag = z.union([z.boolean(), z.stringbool()]).default(false);
const days = z.coerce.number().int().min(1);

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
const publicAccess = z.strictObject({
  BlockPublicAcls: flag,
  IgnorePublicAcls: flag,
  BlockPublicPolicy: flag,
  RestrictPublicBuckets: flag,
});
const ownership = z.strictObject({
  Rules: z.tuple([z.strictObject({ ObjectOwnership: z.literal('BucketOwnerEnforced') })]),
});
const tagging = z.strictObject({ TagSet: z.array(z.strictObject({ Key: z.string(), Value: z.string() })) });
/** Kept and reported: nothing expires here. */
const lifecycle = z.strictObject({
  Rules: z.array(
    z.strictObject({
      ID: z.string().optional(),
      Filter: z.strictObject({ Prefix: z.string() }),
      Status: z.enum(['Enabled', 'Disabled']),
      Expiration: z.strictObject({ Days: days }).optional(),
      NoncurrentVersionExpiration: z.strictObject({ NoncurrentDays: days }).optional(),
      AbortIncompleteMultipartUpload: z.strictObject({ DaysAfterInitiation: days }).optional(),
    }),
  ),
});

/** What a bucket is set to, by the name that `Put...` and `Get...` operations have in common. */
export interface Settings {
  readonly BucketEncryption?: z.output<typeof encryption>;
  readonly BucketVersioning?: z.output<typeof versioning>;
  readonly BucketNotificationConfiguration?: z.output<typeof notification>;
  readonly PublicAccessBlock?: z.output<typeof publicAccess>;
  readonly [name: string]: unknown;
}

/** Every object is encrypted, if need be under S3's own key. */
export const DEFAULT_ENCRYPTION: z.output<typeof encryption> = {
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html */
export const DEFAULT_PUBLIC_ACCESS: z.output<typeof publicAccess> = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

interface Setting {
  /** The member that `Put...` takes. */
  readonly member: string;
  readonly schema: z.ZodType;
  /** Whether `Get...` answers what is inside, not that member. */
  readonly bare?: true;
  /** What a bucket without it has, or the error code that says so. */
  readonly otherwise: object | string;
}

export const SETTINGS: Readonly<Record<string, Setting>> = {
  BucketEncryption: {
    member: 'ServerSideEncryptionConfiguration',
    schema: encryption,
    otherwise: DEFAULT_ENCRYPTION,
  },
  BucketVersioning: { member: 'VersioningConfiguration', schema: versioning, bare: true, otherwise: {} },
  BucketNotificationConfiguration: {
    member: 'NotificationConfiguration',
    schema: notification,
    bare: true,
    otherwise: {},
  },
  BucketPolicy: { member: 'Policy', schema: z.string(), otherwise: 'NoSuchBucketPolicy' },
  BucketTagging: { member: 'Tagging', schema: tagging, bare: true, otherwise: 'NoSuchTagSet' },
  BucketLifecycleConfiguration: {
    member: 'LifecycleConfiguration',
    schema: lifecycle,
    bare: true,
    otherwise: 'NoSuchLifecycleConfiguration',
  },
  PublicAccessBlock: {
    member: 'PublicAccessBlockConfiguration',
    schema: publicAccess,
    otherwise: DEFAULT_PUBLIC_ACCESS,
  },
  BucketOwnershipControls: {
    member: 'OwnershipControls',
    schema: ownership,
    otherwise: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
  },
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html */
export function checkAcl(acl: string | undefined): void {
  if (acl === undefined || acl === 'bucket-owner-full-control') return;
  throw new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
}

/** Conditions that keep a statement for everyone from being public, where they name fixed values. */
const NARROWING = /^(aws:(Principal|Source(Account|Arn|Ip|Org|Vpc|Owner)|userid)|s3:DataAccessPoint)/i;

/**
 * Whether a (sound) policy admits everyone.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
export function isPublic(policy: string): boolean {
  const { Statement } = JSON.parse(policy) as { Statement: Statement | Statement[] };
  return [Statement].flat().some(({ Effect, Principal, Condition = {} }) => {
    const everyone = Principal === '*' || [Principal?.AWS ?? []].flat().includes('*');
    const keys = Object.values(Condition).flatMap((values) => Object.keys(values));
    return Effect === 'Allow' && everyone && !keys.some((key) => NARROWING.test(key));
  });
}

interface Statement {
  readonly Effect: string;
  readonly Principal?: '*' | { readonly AWS?: string | string[] };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
