import { servicePrincipal } from './aws.ts';
import type { Cloud, Service } from './aws.ts';
import type { Config } from './config.ts';
import { createIam } from './iam.ts';
import { createKms } from './kms/kms.ts';
import { createS3 } from './s3/s3.ts';
import { createSsm } from './ssm.ts';
import { createSts } from './sts.ts';

type Factory = (cloud: Cloud) => Service | Promise<Service>;

/** Every service of the cloud, in the order in which they start and go on; they close in reverse. */
export const createServices = (_config: Config): readonly Factory[] => [
  createIam,
  createSts,
  createKms,
  createSsm,
  createS3,
];

/** What exists before a template is deployed: the staging bucket and the parameters of the configuration. */
export async function deploy(cloud: Cloud, config: Config): Promise<void> {
  const deployer = servicePrincipal('cloudformation');
  const { Buckets } = (await cloud.call('s3', 'ListBuckets', {}, deployer)) as { Buckets: { Name: string }[] };
  if (!Buckets.some(({ Name }) => Name === config.warehouse.bucket))
    await cloud.call('s3', 'CreateBucket', { Bucket: config.warehouse.bucket }, deployer);
  for (const [Name, Value] of Object.entries(config.parameters))
    await cloud.call('ssm', 'PutParameter', { Name, Value, Type: 'String', Overwrite: true }, deployer);
}
