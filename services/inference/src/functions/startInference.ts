import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { executionName, startOnce } from '@regulabel/shared/aws/executions';
import { readJobImage } from '@regulabel/shared/aws/jobImage';
import { readJson } from '@regulabel/shared/aws/objects';
import { publish } from '@regulabel/shared/aws/publish';
import { readWinner } from '@regulabel/shared/aws/winners';
import { inferenceExecutionInput } from '@regulabel/contracts/inference/inferenceExecutionInput.v1';
import { inferenceSkipped } from '@regulabel/contracts/inference/inferenceSkipped.v1';
import { catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import { datasetManifest, type DatasetManifest } from '@regulabel/contracts/ingest/datasetManifest.v1';
import { lineName, type Line } from '@regulabel/contracts/values';
import { s3Uri } from '@regulabel/shared/keys';
import { environment } from '@regulabel/shared/lambda/environment';
import { logger, objectCreated, queueHandler } from '@regulabel/shared/lambda/handlers';
import { parseStrictly } from '@regulabel/contracts/parse';
import { linesOfCountry, productionInput } from '../core/inference.ts';

const s3 = new S3Client({});
const ssm = new SSMClient({});
const sfn = new SFNClient({});
const dynamodb = new DynamoDBClient({});
const eventBridge = new EventBridgeClient({});

const bus = environment('BUS');
const winnersTable = environment('WINNERS_TABLE');
const jobImageParameter = environment('JOB_IMAGE_PARAMETER');
const stateMachineArn = environment('INFERENCE_MACHINE_ARN');
const bucket = environment('PREDICTIONS_BUCKET');

/** A country's month of sales is complete: each of its lines with a winner is labelled, the others are skipped. */
export const handler = queueHandler(objectCreated, async ({ id, detail }) => {
  const manifest = await readJson(s3, s3Uri(detail.bucket.name, detail.object.key), datasetManifest);
  const lines = linesOfCountry(await readJson(s3, manifest.catalogue.uri, catalogue), manifest);
  const jobImage = await readJobImage(ssm, jobImageParameter);
  for (const line of lines) {
    const winner = await readWinner(dynamodb, winnersTable, line);
    if (winner === undefined) {
      await skip(line, manifest, id);
      continue;
    }
    const input = productionInput(manifest, { scheme: line.scheme, winner, jobImage, bucket });
    const outcome = await startOnce(sfn, {
      stateMachineArn,
      name: executionName(line, manifest.runId, input.digest),
      input: parseStrictly(inferenceExecutionInput, input, `the inference of ${lineName(line)}`),
    });
    logger.info('inference', { line: lineName(line), run: manifest.runId, model: winner.model, outcome });
  }
});

const skip = (line: Line, { runId, month, hash }: DatasetManifest, causationId: string) =>
  publish(eventBridge, bus, {
    contract: inferenceSkipped,
    data: { runId, ...line, month, reason: 'no-winner' },
    correlationId: runId,
    causationId,
    identity: [runId, lineName(line), hash],
    time: new Date(),
  });
