import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { executionName, startOnce } from '@regulabel/shared/aws/executions';
import { readJobImage } from '@regulabel/shared/aws/jobImage';
import { readJson } from '@regulabel/shared/aws/objects';
import { catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import { datasetManifest } from '@regulabel/contracts/ingest/datasetManifest.v1';
import { RegulabelError } from '@regulabel/shared/errors';
import { s3Uri } from '@regulabel/shared/keys';
import { environment } from '@regulabel/shared/lambda/environment';
import { logger, objectCreated, queueHandler } from '@regulabel/shared/lambda/handlers';
import { parseStrictly } from '@regulabel/contracts/parse';
import { readDecisions } from '../aws/decisions.ts';
import { trainingExecution, trainingExecutionInput } from '../core/trainingExecution.ts';

const dynamodb = new DynamoDBClient({});
const s3 = new S3Client({});
const sfn = new SFNClient({});
const ssm = new SSMClient({});

/** Starts one execution for each line of the country whose dataset is complete. */
export const handler = queueHandler(objectCreated, async ({ detail }) => {
  const uri = s3Uri(detail.bucket.name, detail.object.key);
  const manifest = await readJson(s3, uri, datasetManifest);
  const pinned = await readJson(s3, manifest.catalogue.uri, catalogue);
  const jobImage = await readJobImage(ssm, environment('JOB_IMAGE_PARAMETER'));
  const country = pinned.countries[manifest.country];
  if (country === undefined) {
    throw new RegulabelError('CountryUnknown', `${uri} is of a country that its catalogue does not list`);
  }
  for (const [scheme, settings] of Object.entries(country.schemes)) {
    const line = { country: manifest.country, scheme };
    const input = trainingExecution(
      manifest,
      { scheme, settings },
      {
        stage: environment('STAGE'),
        region: environment('AWS_REGION'),
        modelsBucket: environment('MODELS_BUCKET'),
        jobImage,
        decisions: await readDecisions(dynamodb, environment('WINNERS_TABLE'), line),
      },
    );
    const name = executionName(line, manifest.runId, manifest.hash);
    const answer = await startOnce(sfn, {
      stateMachineArn: environment('TRAINING_MACHINE_ARN'),
      name,
      input: parseStrictly(trainingExecutionInput, input, `the input of ${name}`),
    });
    logger.info('Training of a line', { execution: name, answer });
  }
});
