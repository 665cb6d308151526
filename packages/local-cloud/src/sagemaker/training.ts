import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { create as createTar } from 'tar';
import { filesBelow, parseS3Uri } from '../s3Objects.ts';
import { algorithmError, download, readMessage, type Bench, type JobImage, type Work } from './bench.ts';
import { now, type Details, type Job } from './jobs.ts';

export const training: Work<'Training'> = {
  container: ({ request }) => ({
    image: request.AlgorithmSpecification.TrainingImage,
    role: request.RoleArn,
    isolated: request.EnableNetworkIsolation === true,
    maxSeconds: request.StoppingCondition.MaxRuntimeInSeconds ?? 86_400,
  }),
  perform,
};

async function perform(job: Job<'Training'>, bench: Bench): Promise<Details> {
  const at = (...parts: string[]) => path.join(bench.folder, ...parts);
  for (const channel of job.request.InputDataConfig ?? []) {
    const folder = at('input', 'data', channel.ChannelName);
    await mkdir(folder, { recursive: true });
    await download(bench, channel.DataSource.S3DataSource.S3Uri, folder);
  }
  await writeConfig(at('input', 'config'), job.request);
  for (const folder of [at('model'), at('output', 'data')]) await mkdir(folder, { recursive: true });

  const exitCode = await bench.run(['train'], { TRAINING_JOB_NAME: job.name, TRAINING_JOB_ARN: job.arn });
  const metrics = { FinalMetricDataList: await finalMetrics(bench.logFile, bench.image) };
  if (exitCode !== 0) throw algorithmError((await readMessage(at('output', 'failure'))) ?? '', exitCode, metrics);
  const S3ModelArtifacts = await uploadTar(job, bench, at('model'), 'model.tar.gz');
  const output = at('output', 'data');
  if ((await filesBelow(output)).length > 0) await uploadTar(job, bench, output, 'output.tar.gz');
  return { ModelArtifacts: { S3ModelArtifacts }, ...metrics };
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html */
async function writeConfig(folder: string, request: Job<'Training'>['request']): Promise<void> {
  const channels = (request.InputDataConfig ?? []).map(({ ChannelName, ContentType }) => [
    ChannelName,
    { TrainingInputMode: 'File', S3DistributionType: 'FullyReplicated', RecordWrapperType: 'None', ContentType },
  ]);
  const files = {
    hyperparameters: request.HyperParameters ?? {},
    inputdataconfig: Object.fromEntries(channels) as unknown,
    resourceconfig: { current_host: 'algo-1', hosts: ['algo-1'], network_interface_name: 'eth0' },
  };
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files))
    await writeFile(path.join(folder, `${name}.json`), JSON.stringify(content));
}

/** Stores a folder as an archive and resolves to its URI. */
async function uploadTar(job: Job<'Training'>, bench: Bench, cwd: string, name: string): Promise<string> {
  const { S3OutputPath, KmsKeyId } = job.request.OutputDataConfig;
  const file = path.join(bench.folder, name);
  // Portable and in order: the same files make the same archive.
  const files = await filesBelow(cwd);
  // Weights hardly compress: more than the least of it is the cloud's time for nothing.
  await createTar({ gzip: { level: 1 }, portable: true, noMtime: true, file, cwd }, files.length > 0 ? files : ['.']);
  const uri = `${S3OutputPath.replace(/\/+$/, '')}/${job.name}/output/${name}`;
  bench.signal.throwIfAborted();
  await bench.s3.upload({ file }, parseS3Uri(uri), KmsKeyId);
  return uri;
}

/** The last value that the first capture group of each of the image's metrics finds in the log. */
async function finalMetrics(logFile: string, { metrics = [] }: JobImage): Promise<Details[]> {
  const patterns = metrics.map(({ Name, Regex }) => ({ name: Name, regex: new RegExp(Regex) }));
  const found = new Map<string, number>();
  for await (const line of createInterface({ input: createReadStream(logFile), crlfDelay: Infinity })) {
    for (const { name, regex } of patterns) {
      const value = Number.parseFloat(regex.exec(line)?.[1] ?? '');
      if (Number.isFinite(value)) found.set(name, value);
    }
  }
  return [...found].map(([MetricName, Value]) => ({ MetricName, Value, Timestamp: now() }));
}
