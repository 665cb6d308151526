import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { inferenceCompleted } from '@regulabel/contracts/inference/inferenceCompleted.v1';
import { catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { buildEvent } from '@regulabel/contracts/testing';
import { allHandled, context, notHandled, queueEvent } from '@regulabel/testing/lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { comparisonExecutionInput } from '../core/comparisonExecution.ts';
import { subjectOf } from '../core/evaluation.ts';
import { trained, winner } from '../evaluation.fixture.ts';

Object.assign(process.env, {
  JOB_IMAGE_PARAMETER: '/regulabel/dev/job-image',
  COMPARISON_MACHINE_ARN: 'arn:comparison',
  REGISTRY_BUCKET: 'registry',
});
const { handler } = await import('./startComparison.ts');

const jobImage = `jobs@sha256:${'1'.repeat(64)}`;
const [s3, ssm, sfn] = [mockClient(S3Client), mockClient(SSMClient), mockClient(SFNClient)];
const subject = subjectOf(trained, winner);
const labelled = (role: 'candidate' | 'winner', name: string) => ({
  role,
  name,
  predictions: `s3://predictions/${role}/`,
  summary: `s3://predictions/summary/${role}/`,
});
const completed = {
  runId: trained.runId,
  caller: 'evaluation' as const,
  models: [labelled('candidate', trained.model.name), labelled('winner', winner.model)],
  comparison: subject,
};

const pin = (of: unknown) => ({ Body: { transformToString: () => Promise.resolve(JSON.stringify(of)) } as never });
const handle = (data: object = {}) =>
  handler(queueEvent(buildEvent(inferenceCompleted, { data: { ...completed, ...data } })), context);
const started = () => sfn.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input);

beforeEach(() => {
  for (const client of [s3, ssm, sfn]) client.reset();
  s3.on(GetObjectCommand, { Key: 'catalogue/0123456789abcdef.json' }).resolves(
    pin(catalogue.parse({ countries: { DE: { schemes: { weee: { margin: 0.05 } } } } })),
  );
  ssm.on(GetParameterCommand).resolves({ Parameter: { Value: jobImage } });
  sfn.on(StartExecutionCommand).resolves({});
});

describe('startComparison', () => {
  it('has the predictions scored, with the margin of the catalogue that the training pinned', async () => {
    expect(await handle()).toEqual(allHandled);
    expect(started()).toMatchObject([{ stateMachineArn: 'arn:comparison' }]);
    const input = parseStrictly(comparisonExecutionInput, JSON.parse(started()[0]!.input!), 'input');
    expect(started()[0]!.name).toBe(`DE-weee-${trained.runId}-${input.digest}`);
    expect(input).toMatchObject({
      margin: 0.05,
      subject,
      evidence: {
        kind: 'predictions',
        jobImage,
        candidate: 's3://predictions/candidate/',
        winner: 's3://predictions/winner/',
        output: `s3://registry/scores/${trained.runId}/DE/weee/`,
      },
    });
  });

  it('takes a comparison that runs already for done', async () => {
    sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: '', $metadata: {} }));
    expect(await handle()).toEqual(allHandled);
  });

  it.each([
    ['the event does not say what is compared', { comparison: undefined }],
    ['the predictions of a model are missing', { models: [labelled('candidate', trained.model.name)] }],
    ['the pinned catalogue does not list the line', { scheme: 'battery' }],
  ])('leaves the message in the queue when %s', async (_case, data) => {
    expect(await handle(data)).toEqual(notHandled);
    expect(started()).toEqual([]);
  });

  it('leaves the message in the queue when the catalogue is not there', async () => {
    s3.on(GetObjectCommand).rejects(new Error('NoSuchKey'));
    expect(await handle()).toEqual(notHandled);
  });
});
