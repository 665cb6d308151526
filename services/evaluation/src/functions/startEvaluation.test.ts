import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeModelCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { marshall } from '@aws-sdk/util-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { inferenceExecutionInput } from '@regulabel/contracts/inference/inferenceExecutionInput.v1';
import { catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import { modelTrained } from '@regulabel/contracts/training/modelTrained.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { buildEvent } from '@regulabel/contracts/testing';
import { allHandled, context, notHandled, queueEvent } from '@regulabel/testing/lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { comparisonExecutionInput } from '../core/comparisonExecution.ts';
import { trained, winner } from '../evaluation.fixture.ts';

Object.assign(process.env, {
  WINNERS_TABLE: 'winners',
  JOB_IMAGE_PARAMETER: '/regulabel/dev/job-image',
  INFERENCE_MACHINE_ARN: 'arn:inference',
  COMPARISON_MACHINE_ARN: 'arn:comparison',
  PREDICTIONS_BUCKET: 'predictions',
});
const { handler } = await import('./startEvaluation.ts');

const jobImage = `jobs@sha256:${'1'.repeat(64)}`;
const [s3, ssm, sfn] = [mockClient(S3Client), mockClient(SSMClient), mockClient(SFNClient)];
const [dynamodb, sagemaker] = [mockClient(DynamoDBClient), mockClient(SageMakerClient)];

const validationError = (message: string) => Object.assign(new Error(message), { name: 'ValidationException' });
const withoutTestRows = { ...trained, data: { ...trained.data, rows: { ...trained.data.rows, test: 0 } } };

const handle = (data = trained) => handler(queueEvent(buildEvent(modelTrained, { data })), context);
const started = () => sfn.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input);
const comparison = () => parseStrictly(comparisonExecutionInput, JSON.parse(started()[0]!.input!), 'input');

beforeEach(() => {
  for (const client of [s3, ssm, sfn, dynamodb, sagemaker]) client.reset();
  const pinned = catalogue.parse({ countries: { DE: { schemes: { weee: { margin: 0.05 } } } } });
  s3.on(GetObjectCommand).resolves({
    Body: { transformToString: () => Promise.resolve(JSON.stringify(pinned)) } as never,
  });
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: jobImage } });
  dynamodb.on(GetItemCommand).resolves({ Item: marshall(winner) });
  sagemaker.on(DescribeModelCommand, { ModelName: winner.model }).resolves({});
  sfn.on(StartExecutionCommand).resolves({});
});

describe('startEvaluation', () => {
  it('has candidate and winner label the test set on the inference state machine', async () => {
    expect(await handle()).toEqual(allHandled);
    expect(started()).toMatchObject([{ stateMachineArn: 'arn:inference' }]);
    const input = parseStrictly(inferenceExecutionInput, JSON.parse(started()[0]!.input!), 'input');
    expect(started()[0]!.name).toBe(`DE-weee-${trained.runId}-${input.digest}`);
    expect(input).toMatchObject({ caller: 'evaluation', jobImage, month: '2026-11' });
    expect(input.models.map(({ name }) => name)).toEqual([trained.model.name, winner.model]);
    expect(dynamodb.commandCalls(GetItemCommand)[0]!.args[0].input.ConsistentRead).toBe(true);
  });

  it('asks SageMaker for no winner where there is none', async () => {
    dynamodb.on(GetItemCommand).resolves({});
    expect(await handle()).toEqual(allHandled);
    expect(sagemaker.calls()).toHaveLength(0);
    expect(inferenceExecutionInput.parse(JSON.parse(started()[0]!.input!)).models).toHaveLength(1);
  });

  it("starts the comparison without evidence when the winner's model is gone", async () => {
    sagemaker
      .on(DescribeModelCommand)
      .rejects(validationError('Could not find model "arn:aws:sagemaker:eu-west-1:111122223333:model/x".'));
    expect(await handle()).toEqual(allHandled);
    expect(started()).toMatchObject([{ stateMachineArn: 'arn:comparison' }]);
    expect(comparison()).toMatchObject({ evidence: { kind: 'none', reason: 'winner-gone' }, margin: 0.05 });
  });

  it('starts the comparison without evidence when no row was held out', async () => {
    expect(await handle(withoutTestRows)).toEqual(allHandled);
    expect(started()).toMatchObject([{ stateMachineArn: 'arn:comparison' }]);
    expect(comparison().evidence).toEqual({ kind: 'none', reason: 'too-little-evidence' });
  });

  it('evaluates a candidate once, also when the message comes again after its promotion', async () => {
    await handle();
    dynamodb.on(GetItemCommand).resolves({ Item: marshall({ ...winner, model: trained.model.name }) });
    sagemaker.on(DescribeModelCommand).resolves({});
    sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: '', $metadata: {} }));
    expect(await handle()).toEqual(allHandled);
    expect(new Set(started().map(({ name }) => name)).size).toBe(1);
  });

  it.each([
    [
      'SageMaker says something else of the model',
      () => sagemaker.on(DescribeModelCommand).rejects(validationError('1 validation error detected')),
    ],
    ['SageMaker throttles', () => sagemaker.on(DescribeModelCommand).rejects(new Error('ThrottlingException'))],
    ['the winners table throttles', () => dynamodb.on(GetItemCommand).rejects(new Error('ThrottlingException'))],
    [
      'there is no job image',
      () => ssm.on(GetParameterCommand).rejects(new ParameterNotFound({ message: '', $metadata: {} })),
    ],
    ['Step Functions refuses', () => sfn.on(StartExecutionCommand).rejects(new Error('StateMachineDoesNotExist'))],
  ])('leaves the message in the queue when %s', async (_case, arrange) => {
    arrange();
    expect(await handle()).toEqual(notHandled);
  });
});
