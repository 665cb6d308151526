import { describe, expect, it } from '@jest/globals';
import { attribute, changed, found, keyWith, policyDocument, ref, stackWith, sub } from '../testing/templates.ts';
import { buckets } from './buckets.ts';

const tlsOnly = (bucket: string) => ({
  Type: 'AWS::S3::BucketPolicy',
  Properties: {
    Bucket: ref(bucket),
    PolicyDocument: policyDocument({
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [attribute(bucket), sub(`\${${bucket}.Arn}/*`)],
      Condition: { Bool: { 'aws:SecureTransport': false } },
    }),
  },
});
const notPublic = {
  BlockPublicAcls: true,
  BlockPublicPolicy: true,
  IgnorePublicAcls: true,
  RestrictPublicBuckets: true,
};
const good = {
  ...keyWith('DataKey', 'alias/regulabel-dev-data'),
  Bucket: {
    Type: 'AWS::S3::Bucket',
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      BucketName: sub('regulabel-dev-data-${AWS::AccountId}'),
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: false,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: attribute('DataKey') },
          },
        ],
      },
      PublicAccessBlockConfiguration: notPublic,
      VersioningConfiguration: { Status: 'Enabled' },
    },
  },
  BucketPolicy: tlsOnly('Bucket'),
  // Serverless's own: encrypted by S3, gone with the stack.
  ServerlessDeploymentBucket: {
    Type: 'AWS::S3::Bucket',
    Properties: { PublicAccessBlockConfiguration: notPublic },
  },
  ServerlessDeploymentBucketPolicy: tlsOnly('ServerlessDeploymentBucket'),
};

const encryption = 'Bucket.Properties.BucketEncryption.ServerSideEncryptionConfiguration.0';
const deny = 'BucketPolicy.Properties.PolicyDocument.Statement';

describe('the rules on buckets', () => {
  it('find nothing where all is well', async () => {
    expect(await found(buckets, stackWith(good))).toEqual([]);
  });

  it.each([
    ['bucket-encrypted', 'Bucket.Properties.BucketEncryption', undefined],
    ['bucket-encrypted', `${encryption}.ServerSideEncryptionByDefault.SSEAlgorithm`, 'AES256'],
    ['bucket-encrypted', `${encryption}.ServerSideEncryptionByDefault.KMSMasterKeyID`, 'alias/aws/s3'],
    ['bucket-object-keys', `${encryption}.BucketKeyEnabled`, true],
    ['bucket-not-public', 'Bucket.Properties.PublicAccessBlockConfiguration.IgnorePublicAcls', false],
    ['bucket-not-public', 'ServerlessDeploymentBucket.Properties.PublicAccessBlockConfiguration', undefined],
    ['bucket-versioned', 'Bucket.Properties.VersioningConfiguration.Status', 'Suspended'],
    ['bucket-tls-only', 'BucketPolicy', undefined],
    ['bucket-tls-only', `${deny}.Resource`, attribute('Bucket')],
    ['bucket-tls-only', `${deny}.Action`, 's3:PutObject'],
    ['bucket-tls-only', `${deny}.Principal`, { AWS: sub('arn:aws:iam::${AWS::AccountId}:root') }],
    ['bucket-tls-only', `${deny}.Condition.StringEquals`, { 'aws:PrincipalAccount': '1' }],
    // Nobody would get in at all.
    ['bucket-tls-only', `${deny}.Condition`, undefined],
    ['bucket-tls-only', 'ServerlessDeploymentBucketPolicy', undefined],
    ['bucket-retained', 'Bucket.DeletionPolicy', undefined],
    ['bucket-retained', 'Bucket.UpdateReplacePolicy', 'Delete'],
    ['bucket-retained', 'DataKey.DeletionPolicy', undefined],
  ])('%s notices another %s', async (rule, path, value) => {
    const problems = await found(buckets, stackWith(changed(good, path, value)));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      new RegExp(`^${rule}: ${/^Serverless/.exec(path) ? 'ServerlessDeployment' : ''}Bucket: `),
    );
  });

  it('do not take the objects of another bucket for its own', async () => {
    const policy = changed(good, 'BucketPolicy.Properties.Bucket', 'another');
    expect(await found(buckets, stackWith(policy))).toEqual(['bucket-tls-only: Bucket: it answers over plain HTTP']);
  });
});
