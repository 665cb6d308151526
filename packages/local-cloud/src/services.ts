import { internally, type Cloud, type Service } from './aws.ts';
import { deployBeforehand } from './beforehand.ts';
import type { Config } from './config.ts';
import { createDynamodb } from './dynamodb/dynamodb.ts';
import { createEvents } from './events/events.ts';
import { createIam } from './iam.ts';
import { createKms } from './kms/kms.ts';
import { createLambda } from './lambda/lambda.ts';
import { createRedshiftData } from './redshiftData/redshiftData.ts';
import { createS3 } from './s3/s3.ts';
import { createSagemaker } from './sagemaker/sagemaker.ts';
import { createScheduler } from './scheduler.ts';
import { createSns } from './sns.ts';
import { createSqs } from './sqs.ts';
import { createSsm } from './ssm.ts';
import { createStates } from './states/states.ts';
import { createSts } from './sts.ts';
import { deployTemplates } from './template/deployTemplates.ts';

type Factory = (cloud: Cloud) => Service | Promise<Service>;

/** Every service of the cloud, in the order in which they start and go on; they close in reverse. */
export const servicesOf = (config: Config): readonly Factory[] => [
  createIam,
  createSts,
  createKms,
  createSsm,
  createS3,
  createSqs,
  createSns,
  createDynamodb,
  createEvents,
  createLambda,
  (cloud) => createSagemaker(cloud, config.images, config.jobSlots),
  (cloud) => createRedshiftData(cloud, config.warehouse),
  createStates,
  createScheduler,
];

/** What is there beforehand, the templates, then what is set afterwards. */
export async function deploy(cloud: Cloud, { warehouse, parameters, templates }: Config): Promise<void> {
  const deployer = internally('cloudformation');
  await deployBeforehand(cloud, warehouse);
  await deployTemplates(cloud, { templates });
  for (const [Name, Value] of Object.entries(parameters))
    await cloud.call('ssm', 'PutParameter', { Name, Value, Type: 'String', Overwrite: true }, deployer);
}
