import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { extract as extractTar } from 'tar';
import { parseS3Uri, relativeKey } from '../s3Objects.ts';
import type { S3Location } from '../s3Objects.ts';
import { dataObjects, noData } from './data.ts';
import { withoutUndefined } from './describe.ts';
import type { Job } from './jobs.ts';
import { batches, inOrder, linesOf, recordFilters } from './records.ts';
import type { Batch } from './records.ts';
import { JobFailure } from './runner.ts';
import type { Bench, Work } from './runner.ts';
import type { ModelRequest } from './shapes.ts';

/** How long SageMaker waits for a container's first healthy answer to /ping. */
const PING_TIMEOUT_MS = 240_000;
const PING_INTERVAL_MS = 100;

/** Batch Transform. It has no role: it acts as the execution role of its model. */
export function transform(modelOf: (name: string) => ModelRequest): Work<'Transform'> {
  return {
    roleArn: ({ request }) => modelOf(request.ModelName).ExecutionRoleArn,
    isolated: ({ request }) => modelOf(request.ModelName).EnableNetworkIsolation === true,
    maxRuntimeSeconds: () => 5 * 86_400,
    perform: (job, bench) => perform(job, modelOf(job.request.ModelName), bench),
  };
}

async function perform(job: Job<'Transform'>, model: ModelRequest, bench: Bench): Promise<Record<string, unknown>> {
  const { Image: image, ModelDataUrl: data, Environment } = model.PrimaryContainer;
  bench.image(image); // before the download: an image that is missing fails at once
  await unpackModel(bench, parseS3Uri(data));
  const port = await freePort();
  const serving = new AbortController();
  const signal = AbortSignal.any([bench.signal, serving.signal]);
  const environment = {
    ...Environment,
    ...job.request.Environment,
    SAGEMAKER_BATCH: 'true',
    SAGEMAKER_BATCH_STRATEGY: job.request.BatchStrategy ?? 'MultiRecord',
    SAGEMAKER_MAX_PAYLOAD_IN_MB: String(maxPayloadInMB(job)),
    SAGEMAKER_MAX_CONCURRENT_TRANSFORMS: String(concurrency(job)),
    SAGEMAKER_BIND_TO_PORT: String(port),
  };
  const server = bench.run(image, ['serve'], environment, signal).then((code) => {
    throw new JobFailure(`AlgorithmError: the model's server ended by itself, exit code: ${code}`);
  });
  const answers = transformAll(job, { ...bench, signal }, `http://127.0.0.1:${port}`);
  try {
    await Promise.race([server, answers]);
  } finally {
    serving.abort();
    await Promise.allSettled([server, answers]);
  }
  return {};
}

async function unpackModel(bench: Bench, data: S3Location): Promise<void> {
  const archive = path.join(bench.folder, 'model.tar.gz');
  const cwd = path.join(bench.folder, 'model');
  await mkdir(cwd, { recursive: true });
  await bench.s3.download(data, archive);
  try {
    await extractTar({ file: archive, cwd, strict: true });
  } catch (error) {
    throw new JobFailure(
      `ClientError: s3://${data.bucket}/${data.key} is no model archive: ${(error as Error).message}`,
    );
  }
  await rm(archive);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function transformAll(job: Job<'Transform'>, bench: Bench, endpoint: string): Promise<void> {
  await healthy(endpoint, bench.signal);
  const source = job.request.TransformInput.DataSource.S3DataSource.S3Uri;
  const prefix = parseS3Uri(source);
  let found = false;
  for await (const object of dataObjects(bench.s3, prefix)) {
    found = true;
    await transformObject(job, bench, endpoint, { object, relative: relativeKey(prefix.key, object.key) });
  }
  if (!found) throw noData(source);
}

async function healthy(endpoint: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + PING_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const answer = await fetch(`${endpoint}/ping`, { signal }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.status === 200) return;
    await delay(PING_INTERVAL_MS, undefined, { signal });
  }
  throw new JobFailure('AlgorithmError: The primary container did not pass the ping health check.');
}

interface Source {
  readonly object: S3Location;
  readonly relative: string;
}

/** One input object becomes one output object, its records in the same order; nothing is stored of one that fails. */
async function transformObject(job: Job<'Transform'>, bench: Bench, endpoint: string, source: Source): Promise<void> {
  const { TransformOutput: output, BatchStrategy: strategy } = job.request;
  const { object, relative } = source;
  const filters = recordFilters(job.request.DataProcessing ?? {});
  const answer = async (batch: Batch): Promise<string> =>
    filters.output(batch, await invoke(job, endpoint, batch.payload, bench.signal));
  const file = path.join(bench.folder, 'answers.out');
  const where = `s3://${object.bucket}/${object.key}`;
  try {
    const lines = linesOf(await bench.s3.open(object));
    const limits = { bytes: maxPayloadInMB(job) * 2 ** 20, records: strategy === 'SingleRecord' ? 1 : Infinity };
    await pipeline(inOrder(batches(lines, filters.input, limits), concurrency(job), answer), createWriteStream(file));
  } catch (error) {
    throw error instanceof JobFailure ? new JobFailure(error.message.replace(': ', `: ${where}: `)) : error;
  }
  bench.signal.throwIfAborted();
  const target = `${output.S3OutputPath.replace(/\/+$/, '')}/${relative}.out`;
  await bench.s3.upload({ file }, parseS3Uri(target), output.KmsKeyId);
}

/** Posts one batch, again if the model's server fails and the job allows retries. */
async function invoke(job: Job<'Transform'>, endpoint: string, body: string, signal: AbortSignal): Promise<string> {
  const { TransformInput: input, TransformOutput: output, ModelClientConfig: client = {} } = job.request;
  const headers = withoutUndefined({ 'content-type': input.ContentType, accept: output.Accept }) as Record<
    string,
    string
  >;
  const timeout = (client.InvocationsTimeoutInSeconds ?? 600) * 1000;
  for (let retries = client.InvocationsMaxRetries ?? 0; ; retries -= 1) {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
    try {
      return await post(`${endpoint}/invocations`, { method: 'POST', headers, body, signal: limit });
    } catch (error) {
      const final = error instanceof JobFailure && error.message.startsWith('ClientError');
      if (final || retries === 0 || signal.aborted) throw error;
    }
  }
}

async function post(url: string, request: RequestInit): Promise<string> {
  let response: Response;
  let answer: string;
  try {
    response = await fetch(url, request);
    answer = await response.text();
  } catch (error) {
    throw new JobFailure(`AlgorithmError: no answer from the model: ${describe(error)}`);
  }
  if (response.ok) return answer;
  const kind = response.status < 500 ? 'ClientError' : 'AlgorithmError';
  throw new JobFailure(`${kind}: the model answered ${response.status}. See job logs for more information`);
}

const describe = (error: unknown): string => {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
};

const maxPayloadInMB = ({ request }: Job<'Transform'>): number => request.MaxPayloadInMB ?? 6;

/** 0 and nothing mean: as the model's server asks for, which is 1 unless it says otherwise. */
const concurrency = ({ request }: Job<'Transform'>): number => request.MaxConcurrentTransforms || 1;
