import { z } from 'zod';
import { AwsError, servicePrincipal } from '../aws.ts';
import type { Cloud, Input, Operation, Output, Service } from '../aws.ts';
import { assumeRole } from '../authorize.ts';
import type { JobImage } from './bench.ts';
import { descriptionOf, hasEnded, isKind, JobBook, KINDS, outlineOf, RESOURCES } from './jobs.ts';
import type { Details, Job, Kind } from './jobs.ts';
import { chosen, inPages, listModels, listRequests, listTrials, tagsInPages } from './lists.ts';
import { Models } from './models.ts';
import { Runner } from './runner.ts';
import { parseRequest, requests, type Requests } from './shapes.ts';
import { checkTuning, describeSearch, objectiveOf, summarizeTrial, trialsOf } from './tuning.ts';

/** SageMaker as a runner of local child processes, at most `jobSlots` at a time. */
export function createSagemaker(cloud: Cloud, images: readonly JobImage[], jobSlots: number): Service {
  return new Sagemaker(cloud, images, jobSlots);
}

const modelName = z.strictObject({ ModelName: z.string() });

class Sagemaker implements Service {
  readonly name = 'sagemaker';
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #cloud: Cloud;
  readonly #images: readonly JobImage[];
  readonly #book: JobBook;
  readonly #models: Models;
  readonly #runner: Runner;

  constructor(cloud: Cloud, images: readonly JobImage[], slots: number) {
    this.#cloud = cloud;
    this.#images = images;
    this.#book = new JobBook(cloud);
    this.#models = new Models(cloud);
    this.#runner = new Runner(cloud, this.#book, { images, slots, modelOf: (name) => this.#models.get(name).request });
    this.operations = {
      ...Object.fromEntries(KINDS.flatMap((kind) => Object.entries(this.#jobOperations(kind)))),
      ListTrainingJobsForHyperParameterTuningJob: inPages(
        'TrainingJobSummaries',
        'TrainingJobName',
        listTrials,
        (request) => {
          const job = this.#find('HyperParameterTuning', request.HyperParameterTuningJobName);
          const trials = trialsOf(job, this.#book).map((trial) => ({ ...trial, objective: objectiveOf(job, trial) }));
          return chosen(trials, request).map((trial) => summarizeTrial(job, trial));
        },
      ),
      CreateModel: async (input) => ({ ModelArn: await this.#models.create(input) }),
      DescribeModel: (input) => {
        const { arn, created, request } = this.#models.get(parseRequest(modelName, input).ModelName);
        return { ...request, Tags: undefined, ModelArn: arn, CreationTime: created };
      },
      ListModels: inPages('Models', 'ModelName', listModels, (request) =>
        chosen(this.#models.list(), request).map(({ name, arn, created }) => ({
          ModelName: name,
          ModelArn: arn,
          CreationTime: created,
        })),
      ),
      ListTags: tagsInPages('Tags', 'Key', { ResourceArn: z.string() }, ({ ResourceArn }) => this.#tagsOf(ResourceArn)),
    };
  }

  resume(): Promise<void> {
    return this.#runner.resume();
  }

  close(): Promise<void> {
    return this.#runner.close();
  }

  #jobOperations(kind: Kind): Record<string, Operation> {
    const named = (input: Input): Job => {
      const member = `${kind}JobName`;
      return this.#find(kind, String(parseRequest(z.strictObject({ [member]: z.string() }), input)[member]));
    };
    return {
      [`Create${kind}Job`]: (input) => this.#create(kind, parseRequest<Requests[Kind]>(requests[kind], input)),
      [`Describe${kind}Job`]: (input) => {
        const job = named(input);
        const found = isKind(job, 'HyperParameterTuning') ? describeSearch(job, trialsOf(job, this.#book)) : {};
        return { ...descriptionOf(job), ...found };
      },
      [`Stop${kind}Job`]: (input) => {
        const job = named(input);
        if (hasEnded(job)) throw alreadyEnded(job);
        this.#cloud.store.transaction(() => {
          this.#runner.stop(job);
        });
        return undefined;
      },
      [`List${kind}Jobs`]: inPages(`${kind}JobSummaries`, `${kind}JobName`, listRequests[kind], (request) =>
        chosen(this.#book.list(kind), request).map((job) => this.#outline(job)),
      ),
    };
  }

  /** Stores a new job and has it run, unless its name is taken (which it is for ever). */
  async #create<K extends Kind>(kind: K, request: Requests[K]): Promise<Output> {
    const name = (request as Record<string, unknown>)[`${kind}JobName`] as string;
    await this.#check(request, this.#book.arnOf(kind, name));
    const taken = this.#book.get(kind, name);
    if (taken !== undefined) throw nameTaken(taken);
    const job = this.#book.create(kind, name, request);
    void this.#runner.start(job);
    return { [`${kind}JobArn`]: job.arn };
  }

  /** What a request names must be there. */
  async #check(request: Requests[Kind], arn: string): Promise<void> {
    if ('HyperParameterTuningJobConfig' in request) {
      checkTuning(request, this.#images);
      await this.#requireRole(request.TrainingJobDefinition.RoleArn, arn);
    } else if ('ModelName' in request) this.#models.get(request.ModelName);
    else await this.#requireRole(request.RoleArn, arn);
  }

  async #requireRole(arn: string, jobArn: string): Promise<void> {
    const role = { arn, sessionName: 'SageMaker' };
    await assumeRole(this.#cloud, servicePrincipal('sagemaker', jobArn), role).catch((cause: unknown) => {
      throw new AwsError(
        'ValidationException',
        `Could not assume role ${arn}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' ` +
          'to assume the role.',
        { cause },
      );
    });
  }

  #find<K extends Kind>(kind: K, name: string): Job<K> {
    const job = this.#book.get(kind, name);
    if (job === undefined) throw notFound(kind, name);
    return job;
  }

  #outline(job: Job): Details {
    const outline = outlineOf(job);
    if (!isKind(job, 'HyperParameterTuning')) return outline;
    const { TrainingJobStatusCounters, ObjectiveStatusCounters } = describeSearch(job, trialsOf(job, this.#book));
    const { Strategy, ResourceLimits } = job.request.HyperParameterTuningJobConfig;
    return { ...outline, Strategy, ResourceLimits, TrainingJobStatusCounters, ObjectiveStatusCounters };
  }

  #tagsOf(arn: string) {
    const [resource, name = ''] = (arn.split(':').at(-1) ?? '').split('/');
    const kind = KINDS.find((each) => RESOURCES[each] === resource);
    const found = kind === undefined ? this.#models.get(name) : this.#find(kind, name);
    return found.request.Tags ?? [];
  }
}

/** Each kind has its own code and words (https://github.com/aws-controllers-k8s/sagemaker-controller, generator.yaml). */
function notFound(kind: Kind, name: string): AwsError {
  if (kind === 'Training') return new AwsError('ValidationException', 'Requested resource not found.');
  if (kind === 'HyperParameterTuning') {
    return new AwsError('ResourceNotFound', `Amazon SageMaker can't find a tuning job with name ${name}.`);
  }
  return new AwsError('ValidationException', `Could not find requested job with name: ${name}`);
}

const label = (kind: Kind): string => RESOURCES[kind].replaceAll('-', ' ');

const nameTaken = ({ kind, arn }: Job): AwsError =>
  new AwsError(
    'ResourceInUse',
    `Job name must be unique within an AWS account and region, and a ${label(kind)} with this name already exists (${arn})`,
  );

const alreadyEnded = (job: Job): AwsError =>
  new AwsError(
    'ValidationException',
    `The request was rejected because the ${label(job.kind)} is in status ${job.status}.`,
  );
