import { each, type Rule } from '../rule.ts';
import { at, isTrue } from '../template/json.ts';
import { onlyOverTls, policiesOn, statementsOf } from '../template/policies.ts';
import type { Resource, Stack } from '../template/stack.ts';
import { underOwnKey } from './encryption.ts';
import { keyNotRetained, notRetained } from './retention.ts';

/**
 * The Serverless Framework's own bucket holds the functions' bundles, which are in the repository anyway, and goes with
 * the stack: no key of ours, no versions, nothing to retain.
 */
const holdsData = ({ id }: Resource): boolean => id !== 'ServerlessDeploymentBucket';

const ofData = (problem: (bucket: Resource, stack: Stack) => string | undefined) =>
  each('AWS::S3::Bucket', (bucket, stack) => (holdsData(bucket) ? problem(bucket, stack) : undefined));

export const buckets: readonly Rule[] = [
  {
    name: 'bucket-encrypted',
    remedy: 'Set BucketEncryption to aws:kms with the ARN of a key of the same template',
    standsFor: ['CKV_AWS_19', 'CKV_AWS_145', 'guard s3_default_encryption_kms'],
    check: ofData(
      underOwnKey('objects', ({ properties }) => {
        const rule = ['BucketEncryption', 'ServerSideEncryptionConfiguration', 0, 'ServerSideEncryptionByDefault'];
        return at(properties, ...rule, 'SSEAlgorithm') === 'aws:kms';
      }),
    ),
  },
  {
    name: 'bucket-object-keys',
    remedy:
      'Set BucketKeyEnabled to false: with it the encryption context is the bucket, and policies by object stop working',
    check: ofData(({ properties }) =>
      isTrue(at(properties, 'BucketEncryption', 'ServerSideEncryptionConfiguration', 0, 'BucketKeyEnabled'))
        ? 'a bucket key hides from key policies which object is meant'
        : undefined,
    ),
  },
  {
    name: 'bucket-not-public',
    remedy: 'Set all four members of PublicAccessBlockConfiguration to true',
    standsFor: ['AwsSolutions-S2', 'CKV_AWS_53', 'CKV_AWS_54', 'CKV_AWS_55', 'CKV_AWS_56'],
    check: each('AWS::S3::Bucket', ({ properties }) => {
      const open = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].filter(
        (member) => !isTrue(at(properties, 'PublicAccessBlockConfiguration', member)),
      );
      return open.length === 0 ? undefined : `public access is not blocked: ${open.join(', ')}`;
    }),
  },
  {
    name: 'bucket-versioned',
    remedy: 'Set VersioningConfiguration to Enabled',
    standsFor: ['CKV_AWS_21'],
    check: ofData(({ properties }) =>
      at(properties, 'VersioningConfiguration', 'Status') === 'Enabled'
        ? undefined
        : 'what is overwritten or deleted is gone for good',
    ),
  },
  {
    name: 'bucket-tls-only',
    remedy: 'Give it a policy that denies s3:* to everybody, on bucket and objects, where aws:SecureTransport is false',
    standsFor: ['AwsSolutions-S10'],
    check: each('AWS::S3::Bucket', (bucket, stack) =>
      onlyOverTls(policiesOn(stack, bucket).flatMap(statementsOf), [
        { action: 's3:ListBucket', resource: bucket.arn },
        ...['s3:GetObject', 's3:PutObject', 's3:DeleteObject'].map((action) => ({
          action,
          resource: `${bucket.arn}/some/object`,
        })),
      ])
        ? undefined
        : 'it answers over plain HTTP',
    ),
  },
  {
    name: 'bucket-retained',
    remedy:
      "Set DeletionPolicy and UpdateReplacePolicy to Retain, on the bucket's key too: without it the objects cannot be read",
    check: ofData((bucket, stack) => notRetained(bucket) ?? keyNotRetained(bucket, stack)),
  },
];
