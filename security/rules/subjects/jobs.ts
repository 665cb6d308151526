import { eachTask, type Rule } from '../rule.ts';
import { at, isTrue, list, text } from '../template/json.ts';
import { ofType, type Stack } from '../template/stack.ts';
import { keyOf, ownKey, ownRole } from '../template/world.ts';
import { eachJob, isUnknownJob, RUNNING, type Kind } from './jobKinds.ts';

/** Instances whose disks are EBS volumes: local ones are not encrypted under our key. */
const EBS_ONLY = /^ml\.(m5|c5|m7i)\.\w+$/;

const CONTAINERS: readonly Kind['name'][] = ['ProcessingJob', 'HyperParameterTuningJob'];

const holdsData = (stack: Stack, key: unknown): boolean =>
  ['AWS::S3::Bucket', 'AWS::DynamoDB::Table'].some((type) =>
    ofType(stack, type).some((resource) => keyOf(stack, resource) === key),
  );

export const jobs: readonly Rule[] = [
  {
    name: 'job-known',
    remedy: 'Add its kind to jobKinds.ts',
    check: eachTask((task) => (isUnknownJob(task) ? `no rule knows ${task.state.Resource}` : undefined)),
  },
  {
    name: 'job-volume-key',
    remedy: 'Set VolumeKmsKeyId to the ARN of the volume key of the same template, which encrypts nothing else',
    check: eachJob(({ args, kind }, stack) => {
      const named = at(args, ...kind.volumeKey);
      const key = ownKey(stack, named);
      if (key === undefined || named !== key.arn)
        return "its disks are not encrypted under the ARN of a key of the service's own";
      return holdsData(stack, key) ? `its volume key ${key.id} opens data at rest too` : undefined;
    }, RUNNING),
  },
  {
    name: 'job-output-key',
    remedy: 'Set the KmsKeyId of the outputs to the ARN of a key of the same template',
    check: eachJob(({ args, kind }, stack) => {
      const named = at(args, ...kind.outputKey);
      const key = ownKey(stack, named);
      return key === undefined || named !== key.arn
        ? "its outputs are not encrypted under the ARN of a key of the service's own"
        : undefined;
    }, RUNNING),
  },
  {
    name: 'job-isolated',
    remedy: 'Set EnableNetworkIsolation to true',
    standsFor: ['CKV_AWS_370'],
    check: eachJob(
      ({ args, kind }) => (isTrue(at(args, ...kind.isolation)) ? undefined : 'its container may call anybody'),
      ['ProcessingJob', 'HyperParameterTuningJob', 'Model'],
    ),
  },
  {
    name: 'job-encrypts-between-containers',
    remedy: 'Set EnableInterContainerTrafficEncryption to true, or InstanceCount to 1',
    check: eachJob(({ args, kind }) => {
      const count = at(args, ...kind.cluster, 'InstanceCount');
      return count === 1 || isTrue(at(args, ...kind.betweenContainers))
        ? undefined
        : `its ${typeof count === 'number' ? count : 'possibly many'} instances talk to each other in the clear`;
    }, CONTAINERS),
  },
  {
    name: 'job-on-encrypted-disks',
    remedy: 'Take an instance of the families m5, c5 or m7i',
    check: eachJob(({ args, kind }) => {
      const type = text(at(args, ...kind.cluster, 'InstanceType'));
      return EBS_ONLY.test(type) ? undefined : `${type} may have disks that our key does not encrypt`;
    }, RUNNING),
  },
  {
    name: 'job-stops',
    remedy: 'Set StoppingCondition.MaxRuntimeInSeconds, below the TimeoutSeconds of the state',
    check: eachJob(({ args, kind, task }) => {
      const seconds = at(args, ...kind.stopping, 'MaxRuntimeInSeconds');
      if (typeof seconds !== 'number') return 'a job that hangs is billed for days';
      const { TimeoutSeconds } = task.state;
      return typeof TimeoutSeconds === 'number' && TimeoutSeconds <= seconds
        ? `the state gives up after ${TimeoutSeconds} s, before the job that may take ${seconds} s`
        : undefined;
    }, CONTAINERS),
  },
  {
    name: 'job-role-by-hand',
    remedy: 'Pass the ARN of a role of the same template',
    check: eachJob(
      ({ args, kind }, stack) =>
        ownRole(stack, at(args, ...kind.role)) === undefined ? "its role is none of this stack's" : undefined,
      ['ProcessingJob', 'HyperParameterTuningJob', 'Model'],
    ),
  },
  {
    name: 'job-tagged',
    remedy: 'Add the tags run and line',
    check: eachJob(({ args }) => {
      const keys = list(at(args, 'Tags')).map((tag) => at(tag, 'Key'));
      const missing = ['run', 'line'].filter((key) => !keys.includes(key));
      return missing.length === 0 ? undefined : `what it costs cannot be told by ${missing.join(' and ')}`;
    }),
  },
];
