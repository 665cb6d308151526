import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { extract as extractTar } from 'tar';
import { parseS3Uri, type S3Location } from '../s3Objects.ts';
import { dataObjects, type Bench, type Work } from './bench.ts';
import { JobFailure, type Details, type Job } from './jobs.ts';
import { batches, join, linesOf } from './records.ts';
import type { ModelRequest } from './shapes.ts';

/** How long SageMaker waits for a container's first healthy answer to /ping. */
const PING_TIMEOUT_MS = 240_000;
const PING_INTERVAL_MS = 100;

/** SageMaker's limit for one answer of the model (ModelClientConfig is not supported). */
const INVOCATION_TIMEOUT_MS = 600_000;

/** Batch Transform. It has no role: it acts as the execution role of its model. */
export function transform(modelOf: (name: string) => ModelRequest): Work<'Transform'> {
  return {
    container: ({ request }) => {
      const { PrimaryContainer, ExecutionRoleArn, EnableNetworkIsolation } = modelOf(request.ModelName);
      const isolated = EnableNetworkIsolation === true;
      return { image: PrimaryContainer.Image, role: ExecutionRoleArn, isolated, maxSeconds: 5 * 86_400 };
    },
    perform: async (job, bench) => {
      await unpackModel(bench, modelOf(job.request.ModelName).PrimaryContainer.ModelDataUrl);
      return serve(job, bench);
    },
  };
}

async function unpackModel(bench: Bench, uri: string): Promise<void> {
  const archive = path.join(bench.folder, 'model.tar.gz');
  const cwd = path.join(bench.folder, 'model');
  await mkdir(cwd, { recursive: true });
  await bench.s3.download(parseS3Uri(uri), archive);
  try {
    await extractTar({ file: archive, cwd, strict: true });
  } catch (error) {
    throw new JobFailure(`ClientError: ${uri} is no model archive: ${(error as Error).message}`);
  }
  await rm(archive);
}

/** Has the model's server answer all there is to ask, then ends it. */
async function serve(job: Job<'Transform'>, bench: Bench): Promise<Details> {
  const port = await freePort();
  const serving = new AbortController();
  const signal = AbortSignal.any([bench.signal, serving.signal]);
  const environment = {
    SAGEMAKER_BATCH: 'true',
    SAGEMAKER_BATCH_STRATEGY: 'MultiRecord',
    SAGEMAKER_MAX_PAYLOAD_IN_MB: String(maxPayloadInMB(job)),
    SAGEMAKER_MAX_CONCURRENT_TRANSFORMS: '1',
    SAGEMAKER_BIND_TO_PORT: String(port),
  };
  const server = bench.run(['serve'], environment, signal).then((code) => {
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
  const { S3OutputPath, KmsKeyId } = job.request.TransformOutput;
  for await (const { object, relative } of dataObjects(
    bench,
    job.request.TransformInput.DataSource.S3DataSource.S3Uri,
  )) {
    const file = path.join(bench.folder, 'answers.out');
    await pipeline(answersTo(job, bench, endpoint, object), createWriteStream(file));
    bench.signal.throwIfAborted();
    const target = `${S3OutputPath.replace(/\/+$/, '')}/${relative}.out`;
    await bench.s3.upload({ file }, parseS3Uri(target), KmsKeyId);
  }
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

/** What is stored of one input object: its records in the same order, joined to their answers. */
async function* answersTo(
  job: Job<'Transform'>,
  bench: Bench,
  endpoint: string,
  object: S3Location,
): AsyncGenerator<string> {
  const { InputFilter, OutputFilter } = job.request.DataProcessing;
  const lines = linesOf(await bench.s3.open(object));
  try {
    for await (const batch of batches(lines, InputFilter, maxPayloadInMB(job) * 2 ** 20))
      yield join(batch, await invoke(job, endpoint, batch.payload, bench.signal), OutputFilter);
  } catch (error) {
    if (!(error instanceof JobFailure)) throw error;
    throw new JobFailure(error.message.replace(': ', `: s3://${object.bucket}/${object.key}: `));
  }
}

async function invoke(job: Job<'Transform'>, endpoint: string, body: string, signal: AbortSignal): Promise<string> {
  const { TransformInput: input, TransformOutput: output } = job.request;
  const response = await fetch(`${endpoint}/invocations`, {
    method: 'POST',
    headers: { 'content-type': input.ContentType, accept: output.Accept },
    body,
    signal: AbortSignal.any([signal, AbortSignal.timeout(INVOCATION_TIMEOUT_MS)]),
  }).catch(unanswered);
  const answer = await response.text().catch(unanswered);
  if (response.ok) return answer;
  const kind = response.status < 500 ? 'ClientError' : 'AlgorithmError';
  throw new JobFailure(`${kind}: the model answered ${response.status}. See job logs for more information`);
}

function unanswered(error: unknown): never {
  const { message, cause } = error as Error;
  const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
  throw new JobFailure(`AlgorithmError: no answer from the model: ${why}`);
}

const maxPayloadInMB = ({ request }: Job<'Transform'>): number => request.MaxPayloadInMB ?? 6;
