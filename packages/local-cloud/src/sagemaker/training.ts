import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { create as createTar } from 'tar';
import { filesBelow, parseS3Uri } from '../s3Objects.ts';
import { algorithmError, downloadPrefix, readMessage } from './data.ts';
import { now } from './jobs.ts';
import type { Job } from './jobs.ts';
import { JobFailure } from './runner.ts';
import type { Bench, JobImage, Work } from './runner.ts';

export const training: Work<'Training'> = {
  roleArn: ({ request }) => request.RoleArn,
  isolated: ({ request }) => request.EnableNetworkIsolation === true,
  maxRuntimeSeconds: ({ request }) => request.StoppingCondition.MaxRuntimeInSeconds ?? 86_400,
  perform,
};

async function perform({ name, arn, request }: Job<'Training'>, bench: Bench): Promise<Record<string, unknown>> {
  const at = (...parts: string[]) => path.join(bench.folder, ...parts);
  for (const channel of request.InputDataConfig ?? []) {
    const folder = at('input', 'data', channel.ChannelName);
    await mkdir(folder, { recursive: true });
    await downloadPrefix(bench, channel.DataSource.S3DataSource.S3Uri, folder);
  }
  await writeConfig(at('input', 'config'), request);
  for (const folder of [at('model'), at('output', 'data')]) await mkdir(folder, { recursive: true });

  const { TrainingImage: image, MetricDefinitions } = request.AlgorithmSpecification;
  const exitCode = await bench.run(image, ['train'], {
    ...request.Environment,
    TRAINING_JOB_NAME: name,
    TRAINING_JOB_ARN: arn,
  });
  const metrics = await finalMetrics(bench.logFile, metricsOf(bench.image(image), MetricDefinitions));
  if (exitCode !== 0) {
    const reason = (await readMessage(at('output', 'failure'))) ?? '';
    throw new JobFailure(algorithmError(reason, exitCode), { FinalMetricDataList: metrics });
  }
  const model = await uploadTar(bench, 'model', request, name);
  if ((await filesBelow(at('output', 'data'))).length > 0) await uploadTar(bench, 'output/data', request, name);
  return { ModelArtifacts: { S3ModelArtifacts: model }, FinalMetricDataList: metrics };
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html */
async function writeConfig(folder: string, request: Job<'Training'>['request']): Promise<void> {
  const channels = (request.InputDataConfig ?? []).map((channel) => [
    channel.ChannelName,
    {
      TrainingInputMode: 'File',
      S3DistributionType: 'FullyReplicated',
      RecordWrapperType: 'None',
      ...(channel.ContentType === undefined ? {} : { ContentType: channel.ContentType }),
    },
  ]);
  const files = {
    hyperparameters: request.HyperParameters ?? {},
    inputdataconfig: Object.fromEntries(channels) as unknown,
    resourceconfig: { current_host: 'algo-1', hosts: ['algo-1'], network_interface_name: 'eth0' },
  };
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(folder, `${name}.json`), JSON.stringify(content));
  }
}

async function uploadTar(
  bench: Bench,
  folder: string,
  request: Job<'Training'>['request'],
  job: string,
): Promise<string> {
  const name = folder === 'model' ? 'model.tar.gz' : 'output.tar.gz';
  const file = path.join(bench.folder, name);
  const cwd = path.join(bench.folder, folder);
  // Portable and in order: the same files make the same archive.
  const files = await filesBelow(cwd);
  await createTar({ gzip: true, portable: true, noMtime: true, file, cwd }, files.length > 0 ? files : ['.']);
  const uri = `${request.OutputDataConfig.S3OutputPath.replace(/\/+$/, '')}/${job}/output/${name}`;
  bench.signal.throwIfAborted();
  await bench.s3.upload({ file }, parseS3Uri(uri), request.OutputDataConfig.KmsKeyId);
  return uri;
}

/** A request's own definitions, or else those that come with a built-in algorithm. */
export const metricsOf = (
  image: JobImage | undefined,
  requested: JobImage['metrics'] = [],
): NonNullable<JobImage['metrics']> => (requested.length > 0 ? requested : (image?.metrics ?? []));

interface Metric {
  readonly MetricName: string;
  readonly Value: number;
  readonly Timestamp: number;
}

/** The last value that each definition's first capture group finds in the log. */
async function finalMetrics(
  logFile: string,
  definitions: readonly { Name: string; Regex: string }[],
): Promise<Metric[]> {
  const patterns = definitions.map(({ Name, Regex }) => ({ name: Name, regex: new RegExp(Regex) }));
  const found = new Map<string, number>();
  for await (const line of createInterface({ input: createReadStream(logFile), crlfDelay: Infinity })) {
    for (const { name, regex } of patterns) {
      const value = Number.parseFloat(regex.exec(line)?.[1] ?? '');
      if (Number.isFinite(value)) found.set(name, value);
    }
  }
  return [...found].map(([MetricName, Value]) => ({ MetricName, Value, Timestamp: now() }));
}
