import { arnOf, type Cloud } from '../aws.ts';
import type { ChildIdentity } from '../processes/child.ts';
import type { Collection, Store } from '../store.ts';
import type { Requests } from './shapes.ts';

export type Kind = keyof Requests;
export type Status = 'InProgress' | 'Stopping' | 'Stopped' | 'Completed' | 'Failed';

/** A job as it is kept. `request` and `details` have AWS's member names and are shown by Describe as they are. */
export interface Job<K extends Kind = Kind> {
  readonly kind: K;
  readonly name: string;
  readonly arn: string;
  readonly request: Requests[K];
  readonly status: Status;
  /** Times are epoch seconds. */
  readonly created: number;
  readonly modified: number;
  readonly started?: number;
  readonly ended?: number;
  readonly failureReason?: string;
  readonly details: Details;
  /** Ended by its MaxRuntimeInSeconds. */
  readonly outOfTime?: boolean;
  /** The child process under way, to be killed should this program die before it. */
  readonly child?: ChildIdentity | undefined;
}

export type Details = Readonly<Record<string, unknown>>;

/** What may change of a job. */
export type Changes = Partial<Omit<Job, 'kind' | 'name' | 'arn' | 'request' | 'created'>>;

/** How each kind is named in ARNs. */
export const RESOURCES: Readonly<Record<Kind, string>> = {
  Processing: 'processing-job',
  Training: 'training-job',
  Transform: 'transform-job',
  HyperParameterTuning: 'hyper-parameter-tuning-job',
};

export const KINDS = Object.keys(RESOURCES) as Kind[];

export const hasEnded = (job: Job): boolean => job.status !== 'InProgress' && job.status !== 'Stopping';

export const isKind = <K extends Kind>(job: Job, kind: K): job is Job<K> => job.kind === kind;

/** Epoch seconds, fine enough to tell the order in which things were made. */
export const now = (): number => (performance.timeOrigin + performance.now()) / 1000;

/** A job's failure in SageMaker's words: `ClientError: ...` or `AlgorithmError: ...`. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  readonly details: Details;

  constructor(reason: string, details: Details = {}) {
    super(reason);
    this.details = details;
  }
}

/** All jobs, of every kind. */
export class JobBook {
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  get<K extends Kind>(kind: K, name: string): Job<K> | undefined {
    return this.#collection(kind).get(name);
  }

  /** In the order in which they were made. */
  list<K extends Kind>(kind: K): Job<K>[] {
    const jobs = this.#collection(kind).list();
    return jobs.map(({ value }) => value).sort((one, other) => one.created - other.created);
  }

  arnOf(kind: Kind, name: string): string {
    return arnOf(this.#cloud, 'sagemaker', `${RESOURCES[kind]}/${name}`);
  }

  create<K extends Kind>(kind: K, name: string, request: Requests[K], details: Details = {}): Job<K> {
    const created = now();
    const arn = this.arnOf(kind, name);
    const job: Job<K> = { kind, name, arn, request, status: 'InProgress', created, modified: created, details };
    this.#collection(kind).put(name, job);
    return job;
  }

  /** Changes the stored job, whatever the copy at hand says, and returns it. */
  update<K extends Kind>(job: Job<K>, changes: Changes): Job<K> {
    const changed = { ...(this.get(job.kind, job.name) ?? job), ...changes };
    this.#collection(job.kind).put(job.name, changed);
    return changed;
  }

  #collection<K extends Kind>(kind: K): Collection<Job<K>> {
    return collectionOf(this.#cloud.store, kind);
  }
}

const collectionOf = <K extends Kind>(store: Store, kind: K): Collection<Job<K>> =>
  store.collection<Job<K>>(`sagemaker/${RESOURCES[kind]}`);

/** Resolves when the job has ended: for who waits for it, as AWS's services do, by its events. */
export async function endOf(store: Store, kind: Kind, name: string, signal: AbortSignal): Promise<void> {
  const jobs = collectionOf(store, kind);
  const underWay = (job: Job | undefined): boolean => job === undefined || !hasEnded(job);
  while (underWay(jobs.get(name))) await jobs.changed(name, signal);
}

/** What a list shows of a job. */
export function outlineOf(job: Job): Details {
  const { FailureReason, ...outline } = lifeOf(job);
  if (isKind(job, 'Training')) return { ...outline, SecondaryStatus: secondaryStatus(job) };
  if (isKind(job, 'HyperParameterTuning')) return outline;
  return { ...outline, FailureReason, ExitMessage: job.details['ExitMessage'] };
}

function lifeOf({ kind, name, arn, status, created, modified, ended, failureReason }: Job): Details {
  return {
    [`${kind}JobName`]: name,
    [`${kind}JobArn`]: arn,
    [`${kind}JobStatus`]: status,
    CreationTime: created,
    LastModifiedTime: modified,
    [`${kind}EndTime`]: ended,
    FailureReason: failureReason,
  };
}

/** What Describe shows: the request as it was made, and what became of it. */
export function descriptionOf(job: Job): Details {
  return {
    ...job.request,
    Tags: undefined, // ListTags shows them
    ...lifeOf(job),
    [`${job.kind}StartTime`]: job.started,
    ...(isKind(job, 'Training') ? trainingMembers(job) : {}),
    ...(isKind(job, 'Transform') && { LastModifiedTime: undefined }), // which AWS tells of the other kinds only
    ...job.details,
  };
}

function trainingMembers(job: Job): Details {
  const seconds = job.started === undefined || job.ended === undefined ? undefined : Math.ceil(job.ended - job.started);
  return {
    SecondaryStatus: secondaryStatus(job),
    ModelArtifacts: { S3ModelArtifacts: '' }, // a required member, empty until there is a model
    TrainingTimeInSeconds: seconds,
    BillableTimeInSeconds: seconds,
  };
}

function secondaryStatus(job: Job): string {
  if (job.outOfTime === true) return 'MaxRuntimeExceeded';
  if (job.status !== 'InProgress') return job.status;
  return job.started === undefined ? 'Starting' : 'Training';
}
