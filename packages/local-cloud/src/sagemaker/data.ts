/** What processing and training jobs share: S3 data in, exit codes and messages out. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { parseS3Uri, relativeKey } from '../s3Objects.ts';
import type { S3Location, S3Objects } from '../s3Objects.ts';
import { JobFailure } from './runner.ts';
import type { Bench } from './runner.ts';

/** Every object under the prefix, into `folder`. Folder markers (`.../`) are no data. Fails when there is none. */
export async function downloadPrefix(bench: Bench, uri: string, folder: string): Promise<void> {
  const prefix = parseS3Uri(uri);
  let found = false;
  for await (const object of dataObjects(bench.s3, prefix)) {
    bench.signal.throwIfAborted();
    found = true;
    await bench.s3.download(object, insideOf(folder, relativeKey(prefix.key, object.key)));
  }
  if (!found) throw noData(uri);
}

/** The objects that a manifest names: `[{"prefix": "s3://bucket/a/"}, "b/c", ...]`, into `folder` as `b/c`. */
export async function downloadManifest(bench: Bench, uri: string, folder: string): Promise<void> {
  const manifest = JSON.parse(await text(await bench.s3.open(parseS3Uri(uri)))) as unknown;
  const [head, ...names] = Array.isArray(manifest) ? (manifest as unknown[]) : [];
  const prefix = (head as { prefix?: unknown } | undefined)?.prefix;
  if (typeof prefix !== 'string' || !names.every((each) => typeof each === 'string')) {
    throw new JobFailure(`ClientError: the manifest ${uri} must be [{"prefix": "s3://..."}, "name", ...]`);
  }
  for (const name of names) {
    bench.signal.throwIfAborted();
    await bench.s3.download(parseS3Uri(`${prefix}${name}`), insideOf(folder, name));
  }
}

export async function* dataObjects(s3: S3Objects, prefix: S3Location): AsyncGenerator<S3Location> {
  for await (const object of s3.list(prefix)) if (!object.key.endsWith('/')) yield object;
}

export const noData = (uri: string): JobFailure =>
  new JobFailure(
    `ClientError: No S3 objects found under S3 URL "${uri}" given in input data source. Please ensure that the bucket ` +
      'exists in the selected region, that objects exist under that S3 prefix, and that the role has "s3:ListBucket" permissions.',
  );

/** Keys are outside data: one with `..` must not leave the job's folder. */
function insideOf(folder: string, relative: string): string {
  const file = path.resolve(folder, relative);
  if (file.startsWith(folder + path.sep)) return file;
  throw new JobFailure(`ClientError: the S3 key ${JSON.stringify(relative)} has no place below ${folder}`);
}

/** The first KB of what the program left in a file for SageMaker to show; undefined if it left nothing. */
export async function readMessage(file: string): Promise<string | undefined> {
  const message = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  return message.trim().slice(0, 1024) || undefined;
}

export const algorithmError = (message: string, exitCode: number): string => {
  const suffix = `, exit code: ${exitCode}`;
  return `AlgorithmError: ${message}`.slice(0, 1024 - suffix.length) + suffix;
};
