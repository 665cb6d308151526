/** Where the kinds of SageMaker calls have the parameters that the rules ask for. */
import { eachTask } from '../rule.ts';
import type { Task } from '../template/machines.ts';
import type { Stack } from '../template/stack.ts';

type Path = readonly string[];

export interface Kind {
  /** As in `Create<name>`. */
  readonly name: 'ProcessingJob' | 'HyperParameterTuningJob' | 'TransformJob' | 'Model';
  readonly nameField: string;
  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Operations.html */
  readonly longestName: number;
  readonly cluster: Path;
  readonly volumeKey: Path;
  readonly outputKey: Path;
  readonly outputs: Path;
  /** The member of each output that says where it goes. */
  readonly uriField: string;
  readonly isolation: Path;
  readonly betweenContainers: Path;
  readonly stopping: Path;
  readonly role: Path;
}

/** A kind's member that another kind does not have: nothing is there. */
const none: Path = [''];
const processing = ['ProcessingResources', 'ClusterConfig'];
const training = 'TrainingJobDefinition';

const KINDS: readonly Kind[] = [
  {
    name: 'ProcessingJob',
    nameField: 'ProcessingJobName',
    longestName: 63,
    cluster: processing,
    volumeKey: [...processing, 'VolumeKmsKeyId'],
    outputKey: ['ProcessingOutputConfig', 'KmsKeyId'],
    outputs: ['ProcessingOutputConfig', 'Outputs'],
    uriField: 'S3Uri',
    isolation: ['NetworkConfig', 'EnableNetworkIsolation'],
    betweenContainers: ['NetworkConfig', 'EnableInterContainerTrafficEncryption'],
    stopping: ['StoppingCondition'],
    role: ['RoleArn'],
  },
  {
    name: 'HyperParameterTuningJob',
    nameField: 'HyperParameterTuningJobName',
    longestName: 32,
    cluster: [training, 'ResourceConfig'],
    volumeKey: [training, 'ResourceConfig', 'VolumeKmsKeyId'],
    outputKey: [training, 'OutputDataConfig', 'KmsKeyId'],
    outputs: [training, 'OutputDataConfig'],
    uriField: 'S3OutputPath',
    isolation: [training, 'EnableNetworkIsolation'],
    betweenContainers: [training, 'EnableInterContainerTrafficEncryption'],
    stopping: [training, 'StoppingCondition'],
    role: [training, 'RoleArn'],
  },
  {
    // Runs under the model's role and isolation; one instance does not talk to another.
    name: 'TransformJob',
    nameField: 'TransformJobName',
    longestName: 63,
    cluster: ['TransformResources'],
    volumeKey: ['TransformResources', 'VolumeKmsKeyId'],
    outputKey: ['TransformOutput', 'KmsKeyId'],
    outputs: ['TransformOutput'],
    uriField: 'S3OutputPath',
    isolation: none,
    betweenContainers: none,
    stopping: none,
    role: none,
  },
  {
    name: 'Model',
    nameField: 'ModelName',
    longestName: 63,
    cluster: none,
    volumeKey: none,
    outputKey: none,
    outputs: none,
    uriField: '',
    isolation: ['EnableNetworkIsolation'],
    betweenContainers: none,
    stopping: none,
    role: ['ExecutionRoleArn'],
  },
];

export interface Job {
  readonly kind: Kind;
  readonly task: Task;
  readonly args: unknown;
}

const RESOURCE = /^arn:aws:states:::sagemaker:create(\w+?)(?:\.sync)?$/;

/** What a Task asks SageMaker to make; undefined for other Tasks. */
export function jobOf(task: Task): Job | undefined {
  const made = RESOURCE.exec(task.state.Resource)?.[1];
  const kind = KINDS.find(({ name }) => name === made);
  return kind && { kind, task, args: task.args };
}

/** Whether a Task asks SageMaker to make something that the rules know nothing of. */
export const isUnknownJob = (task: Task): boolean =>
  task.state.Resource.includes(':sagemaker:') && jobOf(task) === undefined;

/** The kinds that run on instances and write outputs. */
export const RUNNING: readonly Kind['name'][] = ['ProcessingJob', 'HyperParameterTuningJob', 'TransformJob'];

/** A rule's check that looks at each job by itself, of these kinds or of all. */
export const eachJob = (
  problemsOf: (job: Job, stack: Stack) => readonly string[] | string | undefined,
  kinds?: readonly Kind['name'][],
) =>
  eachTask((task, stack) => {
    const job = jobOf(task);
    return job === undefined || kinds?.includes(job.kind.name) === false ? undefined : problemsOf(job, stack);
  });
