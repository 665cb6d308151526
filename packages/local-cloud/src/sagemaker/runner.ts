import { mkdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { AwsError, roleSession, type Cloud } from '../aws.ts';
import { CLOSED, killSurvivor } from '../processes/child.ts';
import { Launcher } from '../processes/launcher.ts';
import { S3Objects } from '../s3Objects.ts';
import type { Bench, Container, JobImage, RunKind, Work } from './bench.ts';
import { hasEnded, isKind, JobFailure, KINDS, now } from './jobs.ts';
import type { Changes, Details, Job, JobBook } from './jobs.ts';
import { processing } from './processing.ts';
import type { ModelRequest } from './shapes.ts';
import { Slots } from './slots.ts';
import { training } from './training.ts';
import { transform } from './transform.ts';
import { search, trialsOf } from './tuning.ts';

const STOPPED = new Error('Stopped by request');
const OUT_OF_TIME = new Error('MaxRuntimeInSeconds exceeded');
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Settings {
  readonly images: readonly JobImage[];
  /** How many child processes may run at once. */
  readonly slots: number;
  readonly modelOf: (name: string) => ModelRequest;
}

/** The life of every job, from its start to its end, kills of this program included. */
export class Runner {
  readonly #cloud: Cloud;
  readonly #book: JobBook;
  readonly #images: readonly JobImage[];
  readonly #works: { readonly [K in RunKind]: Work<K> };
  readonly #slots: Slots;
  readonly #launcher = new Launcher();
  readonly #folder: string;
  readonly #running = new Map<string, { ended: Promise<void>; controller: AbortController }>();
  #closed = false;

  constructor(cloud: Cloud, book: JobBook, { images, slots, modelOf }: Settings) {
    this.#cloud = cloud;
    this.#book = book;
    this.#images = images;
    this.#works = { Processing: processing, Training: training, Transform: transform(modelOf) };
    this.#slots = new Slots(slots);
    this.#folder = path.join(cloud.stateDir, 'sagemaker');
  }

  /** What a kill left of jobs is removed, and they start again from their beginning; trials that have ended stay. */
  async resume(): Promise<void> {
    const unended = KINDS.flatMap((kind): Job[] => this.#book.list(kind).filter((job) => !hasEnded(job)));
    for (const { child } of unended) if (child !== undefined) await killSurvivor(child);
    await rm(path.join(this.#folder, 'jobs'), { recursive: true, force: true });
    for (const job of unended) {
      if (job.status === 'Stopping') this.#end(job, { status: 'Stopped' });
      else void this.start(job);
    }
  }

  /** Runs the job; resolves when it has ended (or the runner was closed). */
  start(job: Job): Promise<void> {
    const running = this.#running.get(job.arn);
    if (running !== undefined) return running.ended;
    if (this.#closed) return Promise.resolve();
    const controller = new AbortController();
    const ended = this.#live(job, controller).finally(() => this.#running.delete(job.arn));
    this.#running.set(job.arn, { ended, controller });
    return ended;
  }

  /** Asks a job to stop, a tuning job together with its trials. */
  stop(job: Job): void {
    if (hasEnded(job)) return;
    if (isKind(job, 'HyperParameterTuning')) for (const trial of trialsOf(job, this.#book)) this.stop(trial);
    this.#book.update(job, { status: 'Stopping', modified: now() });
    this.#running.get(job.arn)?.controller.abort(STOPPED);
  }

  /** Kills all children; their jobs start again with the next life. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { controller } of this.#running.values()) controller.abort(CLOSED);
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
    await this.#launcher.close();
  }

  async #live(job: Job, controller: AbortController): Promise<void> {
    try {
      const details = isKind(job, 'HyperParameterTuning')
        ? await search(job, controller.signal, { book: this.#book, runner: this })
        : await this.#runInSlot(job as Job<RunKind>, controller);
      this.#end(job, { status: 'Completed', details });
    } catch (error) {
      this.#end(job, this.#failure(job, error, controller.signal));
    }
  }

  async #runInSlot<K extends RunKind>(job: Job<K>, controller: AbortController): Promise<Details> {
    const { signal } = controller;
    const work: Work<K> = this.#works[job.kind];
    const container = work.container(job);
    const release = await this.#slots.acquire(shareOf(job), signal);
    const timeout = () => {
      controller.abort(OUT_OF_TIME);
    };
    const timer = setTimeout(timeout, Math.min(container.maxSeconds * 1000, LONGEST_TIMER_MS));
    const folder = path.join(this.#folder, 'jobs', job.kind, job.name);
    try {
      await mkdir(folder, { recursive: true });
      this.#record(job, { started: now(), modified: now() });
      return await work.perform(job, this.#bench(job, container, folder, signal));
    } finally {
      // It holds data in plain text: it is gone before anybody learns that the job has ended.
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      clearTimeout(timer);
      release();
    }
  }

  #failure(job: Job, error: unknown, signal: AbortSignal): Changes {
    if (signal.aborted) return { status: 'Stopped', outOfTime: signal.reason === OUT_OF_TIME };
    const details = error instanceof JobFailure ? error.details : {};
    return { status: 'Failed', failureReason: this.#reason(job, error).slice(0, 1024), details };
  }

  #reason(job: Job, error: unknown): string {
    if (error instanceof JobFailure) return error.message;
    if (error instanceof AwsError) return `ClientError: ${error.code} (${error.status}): ${error.message}`;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#cloud.log(`sagemaker ${job.arn}: ${text}`);
    return `InternalServerError: ${error instanceof Error ? error.message : String(error)}`;
  }

  #end(job: Job, { details, ...changes }: Changes): void {
    const ended = now();
    this.#record(job, {
      ...changes,
      details: { ...job.details, ...details },
      ended,
      modified: ended,
      child: undefined,
    });
  }

  /** After close nothing is written: an unfinished job is found unfinished by the next life. */
  #record(job: Job, changes: Changes): void {
    if (!this.#closed) this.#book.update(job, changes);
  }

  #bench(job: Job, { image: uri, role, isolated }: Container, folder: string, signal: AbortSignal): Bench {
    const image = this.#images.find((each) => each.image === uri);
    if (image === undefined) {
      throw new JobFailure(
        `ClientError: Cannot find the image ${uri}. Please check that it exists and that the role ${role} may pull it ` +
          '(in the local cloud: that the configuration gives it a command).',
      );
    }
    const logFile = path.join(this.#folder, 'logs', job.kind, `${job.name}.log`);
    const platform = { ...this.#platformEnv(folder), ...(isolated ? {} : this.#accessEnv(role)) };
    const started = (child: Job['child']) => {
      this.#record(job, { child });
    };
    return {
      folder,
      s3: new S3Objects(this.#cloud, roleSession(role, 'SageMaker')),
      signal,
      logFile,
      image,
      run: async (args, environment, until = signal) => {
        const command = [...image.command, ...args];
        const env = { ...environment, ...platform };
        const run = this.#launcher.run({ command, cwd: folder, env, logFile, signal: until, started });
        const code = await run.catch((error: unknown) => {
          signal.throwIfAborted();
          throw new JobFailure(`ClientError: cannot start ${command[0] ?? ''} for ${uri}: ${(error as Error).message}`);
        });
        signal.throwIfAborted();
        return code;
      },
    };
  }

  #platformEnv(folder: string): Record<string, string> {
    return {
      SAGEMAKER_BASE_DIR: folder,
      NODE_COMPILE_CACHE: path.join(this.#folder, 'compile-cache'), // starting takes a third less of the CPU's time
      AWS_REGION: this.#cloud.region,
      AWS_DEFAULT_REGION: this.#cloud.region,
      // Whatever AWS credentials this machine has, a job must never find them.
      AWS_CONFIG_FILE: os.devNull,
      AWS_SHARED_CREDENTIALS_FILE: os.devNull,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  #accessEnv(role: string): Record<string, string> {
    const { accessKeyId, secretAccessKey, sessionToken } = this.#cloud.credentialsFor(role, 'SageMaker');
    return {
      AWS_ENDPOINT_URL: this.#cloud.endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    };
  }
}

/** Who a job is for, as far as can be told: jobs with the same tags are one party. */
const shareOf = ({ request }: Job): string =>
  JSON.stringify((request.Tags ?? []).map(({ Key, Value }) => [Key, Value]).sort());
