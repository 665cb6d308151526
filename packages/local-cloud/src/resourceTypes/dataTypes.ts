import { arnOf } from '../aws.ts';
import { asText, unless, type Properties, type ResourceType } from './resourceType.ts';

/** Bucket properties that are settings of their own in the API: operation, member, and the member's value. */
const bucketSettings: Readonly<
  Record<string, readonly [operation: string, member: string, valueOf: (property: Properties) => unknown]>
> = {
  BucketEncryption: [
    'PutBucketEncryption',
    'ServerSideEncryptionConfiguration',
    ({ ServerSideEncryptionConfiguration: rules, ...other }) => ({
      ...other,
      Rules: (rules as Properties[]).map(({ ServerSideEncryptionByDefault, ...rule }) => ({
        ...rule,
        ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault,
      })),
    }),
  ],
  VersioningConfiguration: ['PutBucketVersioning', 'VersioningConfiguration', (property) => property],
  NotificationConfiguration: [
    'PutBucketNotificationConfiguration',
    'NotificationConfiguration',
    ({ EventBridgeConfiguration, ...other }) => {
      const enabled = String((EventBridgeConfiguration as Properties | undefined)?.['EventBridgeEnabled']) === 'true';
      return enabled ? { ...other, EventBridgeConfiguration: {} } : other;
    },
  ],
  LifecycleConfiguration: [
    'PutBucketLifecycleConfiguration',
    'LifecycleConfiguration',
    ({ Rules, ...other }) => ({
      ...other,
      Rules: (Rules as Properties[]).map(({ Id, Prefix = '', ExpirationInDays: Days, ...rule }) => ({
        ...rule,
        ...(Id === undefined ? {} : { ID: Id }),
        Filter: { Prefix },
        ...(Days === undefined ? {} : { Expiration: { Days } }),
      })),
    }),
  ],
  PublicAccessBlockConfiguration: ['PutPublicAccessBlock', 'PublicAccessBlockConfiguration', (property) => property],
  OwnershipControls: ['PutBucketOwnershipControls', 'OwnershipControls', (property) => property],
  Tags: ['PutBucketTagging', 'Tagging', (property) => ({ TagSet: property })],
};

/** Types that hold data, keys or parameters. */
export const dataTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::S3::Bucket': {
    acts: ['BucketName', ...Object.keys(bucketSettings)],
    async deploy({ BucketName, ...settings }, { name, call }) {
      const Bucket = name(BucketName).toLowerCase();
      await unless('BucketAlreadyOwnedByYou', call('s3', 'CreateBucket', { Bucket }));
      for (const [property, [operation, member, valueOf]] of Object.entries(bucketSettings)) {
        const value = settings[property] as Properties | undefined;
        if (value !== undefined) await call('s3', operation, { Bucket, [member]: valueOf(value) });
      }
      return { ref: Bucket, attributes: { Arn: `arn:aws:s3:::${Bucket}`, DomainName: `${Bucket}.s3.amazonaws.com` } };
    },
  },
  'AWS::S3::BucketPolicy': {
    acts: ['Bucket', 'PolicyDocument'],
    async deploy({ Bucket, PolicyDocument }, { call }) {
      await call('s3', 'PutBucketPolicy', { Bucket, Policy: asText(PolicyDocument) });
      return { ref: asText(Bucket) };
    },
  },
  'AWS::KMS::Key': {
    acts: ['KeyPolicy'],
    inert: ['EnableKeyRotation'],
    async deploy({ KeyPolicy }, { previousRef, call }) {
      const Policy = KeyPolicy === undefined ? {} : { Policy: asText(KeyPolicy) };
      if (previousRef === undefined) {
        const { KeyMetadata } = await call('kms', 'CreateKey', Policy);
        const { KeyId, Arn } = KeyMetadata as { KeyId: string; Arn: string };
        return { ref: KeyId, attributes: { KeyId, Arn } };
      }
      await call('kms', 'PutKeyPolicy', { KeyId: previousRef, PolicyName: 'default', ...Policy });
      const { KeyMetadata } = await call('kms', 'DescribeKey', { KeyId: previousRef });
      return { ref: previousRef, attributes: { KeyId: previousRef, Arn: (KeyMetadata as { Arn: string }).Arn } };
    },
  },
  'AWS::KMS::Alias': {
    acts: ['AliasName', 'TargetKeyId'],
    async deploy(alias, { call }) {
      const created = await unless('AlreadyExistsException', call('kms', 'CreateAlias', alias));
      if (created === undefined) await call('kms', 'UpdateAlias', alias);
      return { ref: asText(alias['AliasName']) };
    },
  },
  'AWS::DynamoDB::Table': {
    acts: [
      'TableName',
      'AttributeDefinitions',
      'KeySchema',
      'GlobalSecondaryIndexes',
      'SSESpecification',
      'BillingMode',
    ],
    inert: ['PointInTimeRecoverySpecification', 'DeletionProtectionEnabled'],
    async deploy({ SSESpecification, ...properties }, { name, place, call }) {
      const table = { ...properties, TableName: name(properties['TableName']) };
      const { SSEEnabled: Enabled, ...sse } = (SSESpecification ?? {}) as Properties;
      const encryption = SSESpecification === undefined ? {} : { SSESpecification: { Enabled, ...sse } };
      const creation = call('dynamodb', 'CreateTable', { ...table, ...encryption });
      const created = await unless('ResourceInUseException', creation);
      if (created === undefined)
        requireSameKeys(table, await call('dynamodb', 'DescribeTable', { TableName: table.TableName }));
      return {
        ref: table.TableName,
        attributes: { Arn: arnOf(place, 'dynamodb', `table/${table.TableName}`) },
      };
    },
  },
  'AWS::SSM::Parameter': {
    acts: ['Name', 'Type', 'Value'],
    async deploy({ Name, Type, Value }, { name, call }) {
      const ref = name(Name);
      await call('ssm', 'PutParameter', { Name: ref, Type, Value, Overwrite: true });
      return { ref, attributes: { Type: asText(Type), Value: asText(Value) } };
    },
  },
  'AWS::ECR::Repository': {
    acts: ['RepositoryName'],
    inert: ['ImageScanningConfiguration', 'ImageTagMutability', 'EmptyOnDelete'],
    deploy({ RepositoryName }, { name, place }) {
      const ref = name(RepositoryName).toLowerCase();
      const Arn = arnOf(place, 'ecr', `repository/${ref}`);
      return Promise.resolve({
        ref,
        attributes: { Arn, RepositoryUri: `${place.account}.dkr.ecr.${place.region}.amazonaws.com/${ref}` },
      });
    },
  },
};

/** A table's keys and indexes never change while it has data in it. */
function requireSameKeys(wanted: Properties, described: Properties): void {
  const keys = (table: Properties): string => {
    const indexes = (table['GlobalSecondaryIndexes'] ?? []) as { IndexName: string; KeySchema: unknown }[];
    return JSON.stringify([
      table['KeySchema'],
      indexes.map(({ IndexName, KeySchema }) => [IndexName, KeySchema]).sort(),
    ]);
  };
  const present = described['Table'] as Properties;
  if (keys(wanted) !== keys(present))
    throw new Error(`the table exists with other keys or indexes (${keys(present)}): start with an empty state folder`);
}
