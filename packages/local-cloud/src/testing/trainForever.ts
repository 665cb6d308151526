/** A program to kill: serves SageMaker over the state folder in its first argument and starts a job that never ends. */
import { createSagemaker } from '../sagemaker/sagemaker.ts';
import type { JobImage } from '../sagemaker/bench.ts';
import { BUCKET, EmbeddedServices, eventually, ROLE } from './embeddedServices.ts';

const [stateDir = '', images = '[]'] = process.argv.slice(2);
const cloud = await EmbeddedServices.start(
  [(each) => createSagemaker(each, JSON.parse(images) as JobImage[], 1)],
  stateDir,
);
await cloud.as('sagemaker', 'CreateTrainingJob', {
  TrainingJobName: 'long',
  HyperParameters: { wait: 'yes' },
  RoleArn: ROLE,
  AlgorithmSpecification: { TrainingImage: 'registry/algorithm:1', TrainingInputMode: 'File' },
  OutputDataConfig: { S3OutputPath: `s3://${BUCKET}/models` },
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
  StoppingCondition: {},
});
const child = await eventually(() => {
  const job = cloud.store.collection<{ child?: { pid: number } }>('sagemaker/training-job').get('long');
  return job?.child;
});
process.stdout.write(`${child.pid}\n`);
