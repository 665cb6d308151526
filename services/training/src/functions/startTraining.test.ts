import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { marshall } from '@aws-sdk/util-dynamodb';
import { parseJson } from '@regulabel/contracts/parse';
import { allHandled, context, notHandled, queueEvent } from '@regulabel/testing/lambda';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { trainingExecutionInput } from '../core/trainingExecution.ts';
import { exampleCatalogue, exampleDecision, exampleManifest } from '../testing/examples.ts';
import { objectBody } from '../testing/objectBody.ts';
import { handler } from './startTraining.ts';

const jobImage = `jobs@sha256:${'1'.repeat(64)}`;
const dynamodb = mockClient(DynamoDBClient);
const s3 = mockClient(S3Client);
const sfn = mockClient(SFNClient);
const ssm = mockClient(SSMClient);

const key = 'datasets/training/training-20261101T020000Z/DE/manifest.json';
const created = {
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { bucket: { name: 'data' }, object: { key, size: 700 } },
};

beforeEach(() => {
  Object.assign(process.env, {
    STAGE: 'dev',
    AWS_REGION: 'eu-west-1',
    WINNERS_TABLE: 'winners',
    JOB_IMAGE_PARAMETER: '/regulabel/dev/job-image',
    MODELS_BUCKET: 'models',
    TRAINING_MACHINE_ARN: 'arn:machine',
  });
  for (const client of [dynamodb, s3, sfn, ssm]) client.reset();
  s3.on(GetObjectCommand, { Bucket: 'data', Key: key }).resolves({ Body: objectBody(exampleManifest) });
  s3.on(GetObjectCommand, { Key: 'catalogue/0123456789abcdef.json' }).resolves({ Body: objectBody(exampleCatalogue) });
  dynamodb.on(QueryCommand).resolves({ Items: [] });
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: jobImage } });
  sfn.on(StartExecutionCommand).resolves({});
});

const handle = (event: object) => handler(queueEvent(event), context);
const started = () => sfn.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input);
const inputs = () => started().map(({ input }) => parseJson(trainingExecutionInput, input ?? '', 'the input'));

describe('startTraining', () => {
  it("starts one execution for each line of the dataset's country, named by run, line and dataset", async () => {
    expect(await handle(created)).toEqual(allHandled);
    expect(started().map(({ name }) => name)).toEqual([
      'DE-weee-training-20261101T020000Z-2c26b46b68ff',
      'DE-battery-training-20261101T020000Z-2c26b46b68ff',
    ]);
    expect(inputs()).toMatchObject([
      { scheme: 'weee', minimumRows: 20 },
      { scheme: 'battery', minimumRows: 50 },
    ]);
  });

  it('gives a line what its last decision was made on', async () => {
    dynamodb
      .on(QueryCommand, { ExpressionAttributeValues: marshall({ ':pk': 'DE/weee', ':sk': 'decision#' }) })
      .resolves({
        Items: [marshall({ pk: 'DE/weee', sk: 'decision#x', ...exampleDecision }, { removeUndefinedValues: true })],
      });
    await handle(created);
    expect(inputs().map(({ last }) => last?.decisionId)).toEqual([exampleDecision.decisionId, undefined]);
  });

  it('takes an execution that is there already as started', async () => {
    sfn.on(StartExecutionCommand).rejects(Object.assign(new Error('there'), { name: 'ExecutionAlreadyExists' }));
    expect(await handle(created)).toEqual(allHandled);
    expect(started()).toHaveLength(2);
  });

  it.each([
    [
      'the job image is not set',
      () => ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: '', $metadata: {} })),
    ],
    ['the manifest is not readable', () => s3.on(GetObjectCommand, { Key: key }).rejects(new Error('AccessDenied'))],
    [
      'the manifest does not keep its contract',
      () => s3.on(GetObjectCommand, { Key: key }).resolves({ Body: objectBody({}) }),
    ],
    [
      'its catalogue does not list the country',
      () => s3.on(GetObjectCommand, { Key: key }).resolves({ Body: objectBody({ ...exampleManifest, country: 'XX' }) }),
    ],
    ['the winners are not readable', () => dynamodb.on(QueryCommand).rejects(new Error('slow down'))],
    ['Step Functions is busy', () => sfn.on(StartExecutionCommand).rejects(new Error('slow down'))],
  ])('hands the message back when %s', async (_why, arrange) => {
    arrange();
    expect(await handle(created)).toEqual(notHandled);
  });
});
