import type { Cloud } from '../aws.ts';
import type { Collection } from '../store.ts';
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
  readonly details: Readonly<Record<string, unknown>>;
  /** Ended by its MaxRuntimeInSeconds. */
  readonly outOfTime?: true;
  /** The child process under way, to be killed should this program die before it. */
  readonly child?: ChildIdentity | undefined;
}

/** What may change of a job. */
export type Changes = Partial<Omit<Job, 'kind' | 'name' | 'arn' | 'request' | 'created'>>;

/** A pid alone may have passed to another process; together with the start time it is one process. */
export interface ChildIdentity {
  readonly pid: number;
  readonly startTime: string;
}

const RESOURCE: Record<Kind, string> = {
  Processing: 'processing-job',
  Training: 'training-job',
  Transform: 'transform-job',
  HyperParameterTuning: 'hyper-parameter-tuning-job',
};

export const KINDS = Object.keys(RESOURCE) as Kind[];

export const hasEnded = (job: Job): boolean => job.status !== 'InProgress' && job.status !== 'Stopping';

export const isKind = <K extends Kind>(job: Job, kind: K): job is Job<K> => job.kind === kind;

/** Tuning jobs' names are told apart without regard to case (CreateHyperParameterTuningJob); the other jobs' are not. */
const key = (kind: Kind, name: string): string => (kind === 'HyperParameterTuning' ? name.toLowerCase() : name);

/** Epoch seconds, fine enough to tell the order in which things were made. */
export const now = (): number => (performance.timeOrigin + performance.now()) / 1000;

/** All jobs, of every kind. */
export class JobBook {
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  get<K extends Kind>(kind: K, name: string): Job<K> | undefined {
    return this.#collection(kind).get(key(kind, name));
  }

  list<K extends Kind>(kind: K): Job<K>[] {
    return this.#collection(kind)
      .list()
      .map(({ value }) => value);
  }

  arn(kind: Kind, name: string): string {
    return `arn:aws:sagemaker:${this.#cloud.region}:${this.#cloud.account}:${RESOURCE[kind]}/${name}`;
  }

  create<K extends Kind>(kind: K, name: string, request: Requests[K], details: Record<string, unknown> = {}): Job<K> {
    const created = now();
    const arn = this.arn(kind, name);
    const job: Job<K> = { kind, name, arn, request, status: 'InProgress', created, modified: created, details };
    this.#collection(kind).put(key(kind, name), job);
    return job;
  }

  /** Changes the stored job, whatever the copy at hand says, and returns it. */
  update<K extends Kind>(job: Job<K>, changes: Changes): Job<K> {
    const changed = { ...(this.get(job.kind, job.name) ?? job), ...changes };
    this.#collection(job.kind).put(key(job.kind, job.name), changed);
    return changed;
  }

  #collection<K extends Kind>(kind: K): Collection<Job<K>> {
    return this.#cloud.store.collection<Job<K>>(`sagemaker/${RESOURCE[kind]}`);
  }
}
