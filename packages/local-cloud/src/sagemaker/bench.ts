/** What the works of processing, training and transform jobs share: a bench, S3 data in, exit codes and messages out. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config.ts';
import { parseS3Uri, relativeKey, type S3Location, type S3Objects } from '../s3Objects.ts';
import { JobFailure, type Details, type Job, type Kind } from './jobs.ts';

/** An image as this machine has it: the command that stands for the container's entry point. */
export type JobImage = Config['images'][number];

/** The kinds of jobs that are one child process. A tuning job is many of them. */
export type RunKind = Exclude<Kind, 'HyperParameterTuning'>;

/** What SageMaker would start for a job. */
export interface Container {
  readonly image: string;
  readonly role: string;
  /** Without network a container has no credentials either. */
  readonly isolated: boolean;
  readonly maxSeconds: number;
}

/** Does what a kind of job asks for and resolves to what Describe shows of it from then on. */
export interface Work<K extends RunKind> {
  readonly container: (job: Job<K>) => Container;
  readonly perform: (job: Job<K>, bench: Bench) => Promise<Details>;
}

/** What a job works with: a clean folder that stands for /opt/ml, S3 as its role, and its image. */
export interface Bench {
  readonly folder: string;
  readonly s3: S3Objects;
  readonly signal: AbortSignal;
  readonly logFile: string;
  readonly image: JobImage;
  /** Runs the image's command to its end, or to the signal's, and resolves to its exit code. */
  run(args: readonly string[], env: Record<string, string>, signal?: AbortSignal): Promise<number>;
}

/** Every object under the prefix, into `folder`. Fails when there is none. */
export async function download(bench: Bench, uri: string, folder: string): Promise<void> {
  for await (const { object, relative } of dataObjects(bench, uri)) {
    const file = path.resolve(folder, relative);
    // Keys are outside data: one with `..` must not leave the job's folder.
    if (!file.startsWith(folder + path.sep)) {
      throw new JobFailure(`ClientError: the S3 key ${JSON.stringify(relative)} has no place below ${folder}`);
    }
    await bench.s3.download(object, file);
  }
}

/** The objects under a prefix, and where they lie below it. Folder markers (`.../`) are no data. */
export async function* dataObjects(
  { s3, signal }: Bench,
  uri: string,
): AsyncGenerator<{ object: S3Location; relative: string }> {
  const prefix = parseS3Uri(uri);
  let found = false;
  for await (const object of s3.list(prefix)) {
    signal.throwIfAborted();
    if (object.key.endsWith('/')) continue;
    found = true;
    yield { object, relative: relativeKey(prefix.key, object.key) };
  }
  if (found) return;
  throw new JobFailure(
    `ClientError: No S3 objects found under S3 URL "${uri}" given in input data source. Please ensure that the bucket ` +
      'exists in the selected region, that objects exist under that S3 prefix, and that the role has "s3:ListBucket" permissions.',
  );
}

/** The first KB of what the program left in a file for SageMaker to show; undefined if it left nothing. */
export async function readMessage(file: string): Promise<string | undefined> {
  const message = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  return message.trim().slice(0, 1024) || undefined;
}

export function algorithmError(message: string, exitCode: number, details: Details): JobFailure {
  const suffix = `, exit code: ${exitCode}`;
  return new JobFailure(`AlgorithmError: ${message}`.slice(0, 1024 - suffix.length) + suffix, details);
}
