import { internally, type Cloud, type Input, type Place } from './aws.ts';
import type { Config } from './config.ts';
import { unless } from './resourceTypes/resourceType.ts';

const ADMINISTRATOR = 'local-cloud-administrator';

/** The ARN of the role that the first credentials belong to. */
export const administratorOf = ({ account }: Place): string => `arn:aws:iam::${account}:role/${ADMINISTRATOR}`;

/**
 * What is there before the templates: the administrator, who may do anything, and what the warehouse's own team has, a
 * bucket where COPY finds files and the role it reads them with.
 */
export async function deployBeforehand(cloud: Cloud, { bucket, role }: Config['warehouse']): Promise<void> {
  const call = (service: string, operation: string, input: Input) =>
    cloud.call(service, operation, input, internally('cloudformation'));
  const putRole = async (RoleName: string, principal: object, [PolicyName, allowed]: readonly [string, object]) => {
    const trust = policyOf({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' });
    const creation = call('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument: trust });
    await unless('EntityAlreadyExists', creation);
    const PolicyDocument = policyOf({ Effect: 'Allow', ...allowed });
    await call('iam', 'PutRolePolicy', { RoleName, PolicyName, PolicyDocument });
  };

  await putRole(ADMINISTRATOR, { AWS: cloud.account }, ['everything', { Action: '*', Resource: '*' }]);
  await unless('BucketAlreadyOwnedByYou', call('s3', 'CreateBucket', { Bucket: bucket }));
  const services = ['redshift.amazonaws.com', 'redshift-serverless.amazonaws.com'];
  const Resource = [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`];
  await putRole(role, { Service: services }, ['copy', { Action: ['s3:GetObject', 's3:ListBucket'], Resource }]);
}

const policyOf = (Statement: object): string => JSON.stringify({ Version: '2012-10-17', Statement });
