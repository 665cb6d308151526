import { mkdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { AwsError, roleSession } from '../aws.ts';
import type { Cloud } from '../aws.ts';
import { S3Objects } from '../s3Objects.ts';
import { CLOSED, killSurvivor, runChild } from './child.ts';
import { hasEnded, now } from './jobs.ts';
import type { Changes, Job, JobBook, Kind } from './jobs.ts';
import { Slots } from './slots.ts';

/** An image as this machine has it: the command that stands for the container's entry point. */
export interface JobImage {
  /** The exact image URI that requests name. */
  readonly image: string;
  /** Program and first arguments; `train`, `serve` or the request's arguments follow. */
  readonly command: readonly string[];
  /** For an image that stands for a built-in algorithm: the metrics that SageMaker knows of it without being told. */
  readonly metrics?: readonly { readonly Name: string; readonly Regex: string }[];
}

/** The kinds of jobs that are one child process. A tuning job is many of them. */
export type RunKind = Exclude<Kind, 'HyperParameterTuning'>;

/** What a job works with: a clean folder that stands for /opt/ml, S3 as its role, and its image's command. */
export interface Bench {
  readonly folder: string;
  readonly s3: S3Objects;
  readonly signal: AbortSignal;
  readonly logFile: string;
  image(uri: string): JobImage;
  /** Runs the image's command to its end, or to the signal's, and resolves to its exit code. */
  run(uri: string, args: readonly string[], env: Record<string, string>, signal?: AbortSignal): Promise<number>;
}

/** Does what the job asks for and resolves to what Describe shows of it from then on. */
export interface Work<K extends RunKind> {
  readonly roleArn: (job: Job<K>) => string;
  /** Without network a container has no credentials either. */
  readonly isolated: (job: Job<K>) => boolean;
  readonly maxRuntimeSeconds: (job: Job<K>) => number;
  readonly perform: (job: Job<K>, bench: Bench) => Promise<Record<string, unknown>>;
}
export type Works = { readonly [K in RunKind]: Work<K> };

/** A job's failure in SageMaker's words: `ClientError: ...` or `AlgorithmError: ...`. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  readonly details: Readonly<Record<string, unknown>>;

  constructor(reason: string, details: Record<string, unknown> = {}) {
    super(reason);
    this.details = details;
  }
}

const STOPPED = new Error('Stopped by request');
const OUT_OF_TIME = new Error('MaxRuntimeInSeconds exceeded');
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Runs jobs as child processes, at most `slots` at once, each in a folder that is gone when the job has ended. */
export class Runner {
  readonly #cloud: Cloud;
  readonly #book: JobBook;
  readonly #images: readonly JobImage[];
  readonly #works: Works;
  readonly #slots: Slots;
  readonly #running = new Map<string, { ended: Promise<void>; controller: AbortController }>();
  #closed = false;

  constructor(cloud: Cloud, book: JobBook, settings: { images: readonly JobImage[]; slots: number; works: Works }) {
    this.#cloud = cloud;
    this.#book = book;
    this.#images = settings.images;
    this.#works = settings.works;
    this.#slots = new Slots(settings.slots);
  }

  /** True once {@link close} was called: nothing may be written any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Runs the job; resolves when it has ended (or the runner was closed). Jobs of one group take turns with others'. */
  start<K extends RunKind>(job: Job<K>, group = job.arn): Promise<void> {
    const running = this.#running.get(job.arn);
    if (running !== undefined) return running.ended;
    if (this.#closed) return Promise.resolve();
    const controller = new AbortController();
    const ended = this.#life(job, group, controller).finally(() => this.#running.delete(job.arn));
    this.#running.set(job.arn, { ended, controller });
    return ended;
  }

  /** Asks a running job to stop. */
  stop(job: Job): void {
    if (hasEnded(job)) return;
    this.#book.update(job, { status: 'Stopping', modified: now() });
    this.#running.get(job.arn)?.controller.abort(STOPPED);
  }

  /** Makes a job of an earlier life ready to start again: its process dead, its stop carried out. */
  async recover(job: Job): Promise<void> {
    if (job.child !== undefined) await killSurvivor(job.child);
    if (job.status === 'Stopping') this.#end(job, { status: 'Stopped' });
  }

  /** Kills all children; their jobs start again with the next life. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { controller } of this.#running.values()) controller.abort(CLOSED);
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  async #life<K extends RunKind>(job: Job<K>, group: string, controller: AbortController): Promise<void> {
    try {
      await this.#slots.acquire(group, controller.signal);
    } catch {
      this.#end(job, { status: 'Stopped' });
      return;
    }
    const limit = Math.min(this.#work(job).maxRuntimeSeconds(job) * 1000, LONGEST_TIMER_MS);
    const timer = setTimeout(() => {
      controller.abort(OUT_OF_TIME);
    }, limit);
    const outcome = await this.#attempt(job, controller.signal);
    clearTimeout(timer);
    this.#end(job, outcome);
    this.#slots.release();
  }

  /** The folder holds data in plain text: it is gone before anybody learns that the job has ended. */
  async #attempt<K extends RunKind>(job: Job<K>, signal: AbortSignal): Promise<Changes> {
    const folder = path.join(this.#cloud.stateDir, 'sagemaker', 'jobs', job.kind, job.name);
    try {
      await mkdir(folder, { recursive: true });
      const started = this.#record(job, { started: now(), modified: now() });
      try {
        const details = await this.#work(job).perform(started, this.#bench(started, folder, signal));
        return { status: 'Completed', details: { ...started.details, ...details } };
      } finally {
        await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      }
    } catch (error) {
      return this.#outcome(job, error, signal);
    }
  }

  #work<K extends RunKind>(job: Job<K>): Work<K> {
    return this.#works[job.kind];
  }

  /** After close nothing is written: an unfinished job is found unfinished by the next life. */
  #record<K extends Kind>(job: Job<K>, changes: Changes): Job<K> {
    return this.#closed ? job : this.#book.update(job, changes);
  }

  #outcome(job: Job, error: unknown, signal: AbortSignal): Changes {
    if (signal.aborted) return { status: 'Stopped', ...(signal.reason === OUT_OF_TIME ? { outOfTime: true } : {}) };
    const details = error instanceof JobFailure ? { ...job.details, ...error.details } : job.details;
    return { status: 'Failed', failureReason: this.#reason(job, error).slice(0, 1024), details };
  }

  #reason(job: Job, error: unknown): string {
    if (error instanceof JobFailure) return error.message;
    if (error instanceof AwsError) return `ClientError: ${error.code} (${error.status}): ${error.message}`;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#cloud.log(`sagemaker ${job.arn}: ${text}`);
    return `InternalServerError: ${error instanceof Error ? error.message : String(error)}`;
  }

  #end(job: Job, changes: Changes): void {
    const ended = now();
    this.#record(job, { ...changes, ended, modified: ended, child: undefined });
  }

  #bench<K extends RunKind>(job: Job<K>, folder: string, signal: AbortSignal): Bench {
    const work = this.#work(job);
    const role = work.roleArn(job);
    const logFile = path.join(this.#cloud.stateDir, 'sagemaker', 'logs', job.kind, `${job.name}.log`);
    const image = (uri: string): JobImage => {
      const found = this.#images.find((each) => each.image === uri);
      if (found !== undefined) return found;
      throw new JobFailure(
        `ClientError: Cannot find the image ${uri}. Please check that it exists and that the role ${role} may pull it ` +
          '(in the local cloud: that the configuration gives it a command).',
      );
    };
    return {
      folder,
      s3: new S3Objects(this.#cloud, roleSession(role, 'SageMaker')),
      signal,
      logFile,
      image,
      run: async (uri, args, env, until = signal) => {
        const command = [...image(uri).command, ...args];
        const code = await runChild({
          command,
          cwd: folder,
          env: { ...env, ...this.#platformEnv(role, folder, work.isolated(job)) },
          logFile,
          signal: until,
          started: (child) => {
            this.#record(job, { child });
          },
        }).catch((error: unknown) => {
          signal.throwIfAborted();
          throw new JobFailure(`ClientError: cannot start ${command[0] ?? ''} for ${uri}: ${(error as Error).message}`);
        });
        signal.throwIfAborted();
        return code;
      },
    };
  }

  #platformEnv(role: string, folder: string, isolated: boolean): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken } = this.#cloud.credentialsFor(role, 'SageMaker');
    return {
      SAGEMAKER_BASE_DIR: folder,
      AWS_REGION: this.#cloud.region,
      AWS_DEFAULT_REGION: this.#cloud.region,
      // Whatever AWS credentials this machine has, a job must never find them.
      AWS_CONFIG_FILE: os.devNull,
      AWS_SHARED_CREDENTIALS_FILE: os.devNull,
      AWS_EC2_METADATA_DISABLED: 'true',
      ...(isolated
        ? {}
        : {
            AWS_ENDPOINT_URL: this.#cloud.endpoint,
            AWS_ACCESS_KEY_ID: accessKeyId,
            AWS_SECRET_ACCESS_KEY: secretAccessKey,
            AWS_SESSION_TOKEN: sessionToken,
          }),
    };
  }
}
