import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseS3Uri } from '../s3Objects.ts';
import { algorithmError, downloadManifest, downloadPrefix, readMessage } from './data.ts';
import type { Job } from './jobs.ts';
import { JobFailure } from './runner.ts';
import type { Bench, Work } from './runner.ts';

const ROOT = '/opt/ml/';

export const processing: Work<'Processing'> = {
  roleArn: ({ request }) => request.RoleArn,
  isolated: ({ request }) => request.NetworkConfig?.EnableNetworkIsolation === true,
  maxRuntimeSeconds: ({ request }) => request.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400,
  perform,
};

async function perform({ name, arn, request }: Job<'Processing'>, bench: Bench): Promise<Record<string, unknown>> {
  const local = (folder: string) => path.join(bench.folder, folder.slice(ROOT.length));
  for (const { S3Input: input } of request.ProcessingInputs ?? []) {
    await mkdir(local(input.LocalPath), { recursive: true });
    const download = input.S3DataType === 'ManifestFile' ? downloadManifest : downloadPrefix;
    await download(bench, input.S3Uri, local(input.LocalPath));
  }
  const { Outputs: outputs = [], KmsKeyId: key } = request.ProcessingOutputConfig ?? {};
  for (const { S3Output: output } of outputs) await mkdir(local(output.LocalPath), { recursive: true });
  await writeConfig(path.join(bench.folder, 'config'), { ProcessingJobArn: arn, ...request });
  await mkdir(path.join(bench.folder, 'output'), { recursive: true });

  const exitCode = await bench.run(
    request.AppSpecification.ImageUri,
    request.AppSpecification.ContainerArguments ?? [],
    {
      ...request.Environment,
      PROCESSING_JOB_NAME: name,
      PROCESSING_JOB_ARN: arn,
    },
  );
  const message = await readMessage(path.join(bench.folder, 'output', 'message'));
  const details = message === undefined ? {} : { ExitMessage: message };
  if (exitCode !== 0) throw new JobFailure(algorithmError('See job logs for more information', exitCode), details);
  for (const { S3Output: output } of outputs) {
    bench.signal.throwIfAborted();
    await bench.s3.uploadFolder(local(output.LocalPath), parseS3Uri(output.S3Uri), key);
  }
  return details;
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html */
async function writeConfig(folder: string, request: Record<string, unknown>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'processingjobconfig.json'), JSON.stringify(request));
  await writeFile(
    path.join(folder, 'resourceconfig.json'),
    JSON.stringify({ current_host: 'algo-1', hosts: ['algo-1'] }),
  );
}
