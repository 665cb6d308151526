import { rm } from 'node:fs/promises';
import path from 'node:path';
import { AwsError } from '../aws.ts';
import type { Cloud, Input, Operation, Service } from '../aws.ts';
import { roleExists } from '../iam.ts';
import { describeJob, outlineJob } from './describe.ts';
import { hasEnded, isKind, JobBook, KINDS } from './jobs.ts';
import type { Job, Kind } from './jobs.ts';
import { Models } from './models.ts';
import { page, parseList, parseTrialsList } from './paging.ts';
import { processing } from './processing.ts';
import { Runner } from './runner.ts';
import type { JobImage, RunKind } from './runner.ts';
import { parseRequest, processingRequest, trainingRequest, transformRequest, tuningRequest } from './shapes.ts';
import type { Requests } from './shapes.ts';
import { Tags } from './tags.ts';
import { training } from './training.ts';
import { transform } from './transform.ts';
import { describeSearch, objectiveOf, summarizeTrial, Tuner } from './tuning.ts';

/** SageMaker as a runner of local child processes, at most `jobSlots` at a time. */
export function createSagemaker(cloud: Cloud, images: readonly JobImage[], jobSlots: number): Service {
  return new Sagemaker(cloud, images, jobSlots);
}

class Sagemaker implements Service {
  readonly name = 'sagemaker';
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #cloud: Cloud;
  readonly #book: JobBook;
  readonly #models: Models;
  readonly #tags: Tags;
  readonly #runner: Runner;
  readonly #tuner: Tuner;

  constructor(cloud: Cloud, images: readonly JobImage[], slots: number) {
    this.#cloud = cloud;
    this.#book = new JobBook(cloud);
    this.#models = new Models(cloud);
    this.#tags = new Tags(cloud, (arn) => this.#exists(arn));
    const works = {
      Processing: processing,
      Training: training,
      Transform: transform((name) => this.#models.get(name)),
    };
    this.#runner = new Runner(cloud, this.#book, { images, slots, works });
    this.#tuner = new Tuner(this.#book, this.#runner, images);
    this.operations = {
      ...this.#createOperations(),
      ...KINDS.map((kind) => this.#jobOperations(kind)).reduce((all, some) => ({ ...all, ...some })),
      ListTrainingJobsForHyperParameterTuningJob: (input: Input) => this.#listTrials(input),
      ...this.#modelOperations(),
      ...this.#tags.operations,
    };
  }

  /** What a kill left of jobs is removed, and they start again from their beginning; trials that have ended stay. */
  async resume(): Promise<void> {
    const unended = () => KINDS.flatMap((kind): Job[] => this.#book.list(kind).filter((job) => !hasEnded(job)));
    for (const job of unended()) if (!isKind(job, 'HyperParameterTuning')) await this.#runner.recover(job);
    await rm(path.join(this.#cloud.stateDir, 'sagemaker', 'jobs'), { recursive: true, force: true });
    for (const job of unended()) this.#begin(job);
  }

  async close(): Promise<void> {
    await this.#runner.close();
    await this.#tuner.close();
  }

  #createOperations(): Record<string, Operation> {
    return {
      CreateProcessingJob: (input) => {
        const request = parseRequest('CreateProcessingJob', processingRequest, input);
        this.#requireRole(request.RoleArn);
        return this.#create('Processing', request.ProcessingJobName, request);
      },
      CreateTrainingJob: (input) => {
        const request = parseRequest('CreateTrainingJob', trainingRequest, input);
        this.#requireRole(request.RoleArn);
        return this.#create('Training', request.TrainingJobName, request);
      },
      CreateTransformJob: (input) => {
        const request = parseRequest('CreateTransformJob', transformRequest, input);
        this.#models.get(request.ModelName);
        return this.#create('Transform', request.TransformJobName, request);
      },
      CreateHyperParameterTuningJob: (input) => {
        const request = parseRequest('CreateHyperParameterTuningJob', tuningRequest, input);
        this.#tuner.check(request);
        this.#requireRole(request.TrainingJobDefinition.RoleArn);
        return this.#create('HyperParameterTuning', request.HyperParameterTuningJobName, request);
      },
    };
  }

  #jobOperations(kind: Kind): Record<string, Operation> {
    return {
      [`Describe${kind}Job`]: (input) => this.#describe(this.#find(kind, input)),
      [`Stop${kind}Job`]: (input) => {
        const job: Job = this.#find(kind, input);
        if (hasEnded(job)) throw alreadyEnded(job);
        if (isKind(job, 'HyperParameterTuning')) this.#tuner.stop(job);
        else this.#runner.stop(job);
        return undefined;
      },
      [`List${kind}Jobs`]: (input) => {
        const request = parseList(`List${kind}Jobs`, input);
        const { page: jobs, ...rest } = page<Job>(request, this.#book.list(kind), 'CreationTime');
        return { [`${kind}JobSummaries`]: jobs.map((job) => this.#outline(job)), ...rest };
      },
    };
  }

  #modelOperations(): Record<string, Operation> {
    return {
      CreateModel: async (input) => {
        const request = await this.#models.check(input);
        return this.#cloud.store.transaction(() => {
          const arn = this.#models.create(request);
          this.#tags.add(arn, request.Tags);
          return { ModelArn: arn };
        });
      },
      DescribeModel: (input) => this.#models.describe(nameIn(input, 'ModelName')),
      DeleteModel: (input) => {
        this.#tags.remove(this.#models.delete(nameIn(input, 'ModelName')));
        return undefined;
      },
      ListModels: (input) => {
        const { page: Models, ...rest } = page(parseList('ListModels', input), this.#models.list(), 'CreationTime');
        return { Models: Models.map(({ members }) => members), ...rest };
      },
    };
  }

  #listTrials(input: Input): Record<string, unknown> {
    const request = parseTrialsList('ListTrainingJobsForHyperParameterTuningJob', input);
    const job = this.#find('HyperParameterTuning', {
      HyperParameterTuningJobName: request.HyperParameterTuningJobName,
    });
    const score = (trial: Job<'Training'>) => objectiveOf(job, trial) ?? Number.NEGATIVE_INFINITY;
    const { page: trials, ...rest } = page(request, this.#tuner.trials(job), 'Name', score);
    return { TrainingJobSummaries: trials.map((trial) => summarizeTrial(job, trial)), ...rest };
  }

  /** Stores a new job and has it run, unless its name is taken (which it is for ever). */
  #create<K extends Kind>(kind: K, name: string, request: Requests[K]): Record<string, unknown> {
    const job = this.#cloud.store.transaction(() => {
      if (this.#book.get(kind, name) !== undefined) throw nameTaken(kind, this.#book.arn(kind, name));
      const created = this.#book.create(kind, name, request);
      this.#tags.add(created.arn, request.Tags);
      return created;
    });
    this.#begin(job);
    return { [`${kind}JobArn`]: job.arn };
  }

  #begin(job: Job): void {
    if (isKind(job, 'HyperParameterTuning')) this.#tuner.start(job);
    else void this.#runner.start(job as Job<RunKind>, job.details['TuningJobArn'] as string | undefined);
  }

  #find<K extends Kind>(kind: K, input: Input): Job<K> {
    const name = nameIn(input, `${kind}JobName`);
    const job = this.#book.get(kind, name);
    if (job === undefined) throw notFound(kind, name);
    return job;
  }

  #describe(job: Job): Record<string, unknown> {
    const found = isKind(job, 'HyperParameterTuning') ? describeSearch(job, this.#tuner.trials(job)) : {};
    return { ...describeJob(job), ...found };
  }

  #outline(job: Job): Record<string, unknown> {
    if (!isKind(job, 'HyperParameterTuning')) return outlineJob(job);
    const { TrainingJobStatusCounters, ObjectiveStatusCounters } = describeSearch(job, this.#tuner.trials(job));
    const { Strategy, ResourceLimits } = job.request.HyperParameterTuningJobConfig;
    return { ...outlineJob(job), Strategy, ResourceLimits, TrainingJobStatusCounters, ObjectiveStatusCounters };
  }

  #requireRole(arn: string): void {
    if (roleExists(this.#cloud.store, arn)) return;
    throw new AwsError(
      'ValidationException',
      `Could not assume role ${arn}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' ` +
        'to assume the role.',
    );
  }

  #exists(arn: string): boolean {
    const name = arn.slice(arn.lastIndexOf('/') + 1);
    const jobs = KINDS.some((kind) => this.#book.get(kind, name)?.arn === arn);
    return jobs || this.#models.list().some(({ members }) => members.ModelArn === arn);
  }
}

function nameIn(input: Input, member: string): string {
  const name = input[member];
  if (typeof name === 'string') return name;
  const at = member.charAt(0).toLowerCase() + member.slice(1);
  throw new AwsError(
    'ValidationException',
    `1 validation error detected: Value null at '${at}' failed to satisfy constraint: Member must not be null`,
  );
}

const LABEL: Record<Kind, string> = {
  Processing: 'processing job',
  Training: 'training job',
  Transform: 'transform job',
  HyperParameterTuning: 'hyperparameter tuning job',
};

/** Each kind has its own code and words (https://github.com/aws-controllers-k8s/sagemaker-controller, generator.yaml). */
function notFound(kind: Kind, name: string): AwsError {
  if (kind === 'Training') return new AwsError('ValidationException', 'Requested resource not found.');
  if (kind === 'HyperParameterTuning') {
    return new AwsError('ResourceNotFound', `Amazon SageMaker can't find a tuning job with name ${name}.`);
  }
  return new AwsError('ValidationException', `Could not find requested job with name: ${name}`);
}

const nameTaken = (kind: Kind, arn: string): AwsError =>
  new AwsError(
    'ResourceInUse',
    `Job name must be unique within an AWS account and region, and a ${LABEL[kind]} with this name already exists (${arn})`,
  );

const alreadyEnded = ({ kind, status }: Job): AwsError =>
  new AwsError('ValidationException', `The request was rejected because the ${LABEL[kind]} is in status ${status}.`);
