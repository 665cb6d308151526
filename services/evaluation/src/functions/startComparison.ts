import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { readJobImage } from '@regulabel/shared/aws/jobImage';
import { inferenceCompleted } from '@regulabel/contracts/inference/inferenceCompleted.v1';
import { ContractError } from '@regulabel/contracts/parse';
import { environment } from '@regulabel/shared/lambda/environment';
import { eventHandler } from '@regulabel/shared/lambda/handlers';
import { startComparisonOnce } from '../aws/comparisons.ts';
import { evidenceOf } from '../core/evaluation.ts';

const s3 = new S3Client({});
const ssm = new SSMClient({});
const sfn = new SFNClient({});

const jobImageParameter = environment('JOB_IMAGE_PARAMETER');
const stateMachineArn = environment('COMPARISON_MACHINE_ARN');
const bucket = environment('REGISTRY_BUCKET');

/** A test set is labelled: its predictions are scored and decided on. */
export const handler = eventHandler(inferenceCompleted, async ({ detail: { data } }) => {
  if (data.comparison === undefined) {
    throw new ContractError(inferenceCompleted.detailType, [
      { path: 'data.comparison', message: 'missing, though the caller is evaluation' },
    ]);
  }
  const jobImage = await readJobImage(ssm, jobImageParameter);
  const evidence = evidenceOf(data, data.comparison, { jobImage, bucket });
  await startComparisonOnce({ s3, sfn, stateMachineArn }, data, data.comparison, evidence);
});
