import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DescribeModelCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { executionName, startOnce } from '@regulabel/shared/aws/executions';
import { readJobImage } from '@regulabel/shared/aws/jobImage';
import { readWinner } from '@regulabel/shared/aws/winners';
import { inferenceExecutionInput } from '@regulabel/contracts/inference/inferenceExecutionInput.v1';
import { modelTrained } from '@regulabel/contracts/training/modelTrained.v1';
import { lineName } from '@regulabel/contracts/values';
import { environment } from '@regulabel/shared/lambda/environment';
import { eventHandler, logger } from '@regulabel/shared/lambda/handlers';
import { parseStrictly } from '@regulabel/contracts/parse';
import { startComparisonOnce } from '../aws/comparisons.ts';
import { evaluationInput, subjectOf } from '../core/evaluation.ts';

const s3 = new S3Client({});
const ssm = new SSMClient({});
const sfn = new SFNClient({});
const dynamodb = new DynamoDBClient({});
const sagemaker = new SageMakerClient({});

const winnersTable = environment('WINNERS_TABLE');
const jobImageParameter = environment('JOB_IMAGE_PARAMETER');
const inferenceMachineArn = environment('INFERENCE_MACHINE_ARN');
const comparisonMachineArn = environment('COMPARISON_MACHINE_ARN');
const bucket = environment('PREDICTIONS_BUCKET');

/**
 * There is a candidate: its test set is labelled by it and by the present winner, which is pinned here. Where that can
 * say nothing (no test rows, or the winner's model is gone) the comparison is started at once, to record just that.
 */
export const handler = eventHandler(modelTrained, async ({ detail: { metadata, data } }) => {
  const winner = await readWinner(dynamodb, winnersTable, data);
  const subject = subjectOf(data, winner);
  const withoutEvidence = (reason: 'too-little-evidence' | 'winner-gone') =>
    startComparisonOnce({ s3, sfn, stateMachineArn: comparisonMachineArn }, data, subject, { kind: 'none', reason });

  if (data.data.rows.test === 0) return withoutEvidence('too-little-evidence');
  if (winner && !(await modelExists(winner.model))) return withoutEvidence('winner-gone');

  const jobImage = await readJobImage(ssm, jobImageParameter);
  const input = evaluationInput(data, subject, { month: metadata.time.slice(0, 7), jobImage, bucket });
  const outcome = await startOnce(sfn, {
    stateMachineArn: inferenceMachineArn,
    name: executionName(data, data.runId, input.digest),
    input: parseStrictly(inferenceExecutionInput, input, `the evaluation of ${lineName(data)}`),
  });
  logger.info('evaluation', { line: lineName(data), run: data.runId, candidate: data.model.name, outcome });
});

/** SageMaker has no error of its own for it: a model that does not exist is a ValidationException in these words. */
async function modelExists(name: string): Promise<boolean> {
  try {
    await sagemaker.send(new DescribeModelCommand({ ModelName: name }));
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationException' && /could not find model/i.test(error.message)) {
      return false;
    }
    throw error;
  }
}
