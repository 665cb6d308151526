import { internally, type Cloud, type Input } from './aws.ts';
import type { Config } from './config.ts';
import { unless } from './resourceTypes/resourceType.ts';

/** What the warehouse's own team has, beside the templates: a bucket where COPY finds files, and the role it reads them with. */
export async function deployWarehouseTeam(cloud: Cloud, { bucket, role }: Config['warehouse']): Promise<void> {
  const call = (service: string, operation: string, input: Input) =>
    cloud.call(service, operation, input, internally('cloudformation'));
  await unless('BucketAlreadyOwnedByYou', call('s3', 'CreateBucket', { Bucket: bucket }));
  const trust = {
    Effect: 'Allow',
    Principal: { Service: ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'] },
    Action: 'sts:AssumeRole',
  };
  await unless(
    'EntityAlreadyExists',
    call('iam', 'CreateRole', { RoleName: role, AssumeRolePolicyDocument: policyOf(trust) }),
  );
  const read = {
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:ListBucket'],
    Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
  };
  await call('iam', 'PutRolePolicy', { RoleName: role, PolicyName: 'copy', PolicyDocument: policyOf(read) });
}

const policyOf = (Statement: object): string => JSON.stringify({ Version: '2012-10-17', Statement });
