import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseS3Uri } from '../s3Objects.ts';
import { algorithmError, download, readMessage, type Bench, type Work } from './bench.ts';
import type { Details, Job } from './jobs.ts';

export const processing: Work<'Processing'> = {
  container: ({ request }) => ({
    image: request.AppSpecification.ImageUri,
    role: request.RoleArn,
    isolated: request.NetworkConfig?.EnableNetworkIsolation === true,
    maxSeconds: request.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400,
  }),
  perform,
};

/** https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html */
async function perform({ name, arn, request }: Job<'Processing'>, bench: Bench): Promise<Details> {
  const local = (folder: string) => path.join(bench.folder, path.relative('/opt/ml', folder));
  for (const { S3Input: input } of request.ProcessingInputs ?? []) {
    await mkdir(local(input.LocalPath), { recursive: true });
    await download(bench, input.S3Uri, local(input.LocalPath));
  }
  const { Outputs: outputs = [], KmsKeyId: key } = request.ProcessingOutputConfig ?? {};
  for (const { S3Output: output } of outputs) await mkdir(local(output.LocalPath), { recursive: true });
  for (const folder of ['config', 'output']) await mkdir(path.join(bench.folder, folder), { recursive: true });
  const config = {
    processingjobconfig: { ProcessingJobArn: arn, ...request },
    resourceconfig: { current_host: 'algo-1', hosts: ['algo-1'] },
  };
  for (const [file, content] of Object.entries(config))
    await writeFile(path.join(bench.folder, 'config', `${file}.json`), JSON.stringify(content));

  const environment = { PROCESSING_JOB_NAME: name, PROCESSING_JOB_ARN: arn };
  const exitCode = await bench.run(request.AppSpecification.ContainerArguments ?? [], environment);
  const details = { ExitMessage: await readMessage(path.join(bench.folder, 'output', 'message')) };
  if (exitCode !== 0) throw algorithmError('See job logs for more information', exitCode, details);
  for (const { S3Output: output } of outputs) {
    bench.signal.throwIfAborted();
    await bench.s3.uploadFolder(local(output.LocalPath), parseS3Uri(output.S3Uri), key);
  }
  return details;
}
