import {
  DescribeTrainingJobCommand,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { trainedModel } from '@regulabel/contracts/training/modelTrained.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { context } from '@regulabel/testing/lambda';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from './chooseBest.ts';

const sagemaker = mockClient(SageMakerClient);

const tuned = ['a', 'b'].map((algorithm) => ({
  tuningJob: `dev-t-${algorithm}-0-0`,
  algorithm,
  image: `image-${algorithm}`,
}));
const summary = (TrainingJobName: string, Value?: number, created = 0) => ({
  TrainingJobName,
  TrainingJobArn: 'arn',
  CreationTime: new Date(created),
  TrainingJobStatus: 'Completed' as const,
  TunedHyperParameters: {},
  ...(Value === undefined
    ? {}
    : { FinalHyperParameterTuningJobObjectiveMetric: { MetricName: 'validation:accuracy', Value } }),
});

beforeEach(() => {
  sagemaker.reset();
  sagemaker
    .on(ListTrainingJobsForHyperParameterTuningJobCommand, { HyperParameterTuningJobName: 'dev-t-a-0-0' })
    .resolvesOnce({ TrainingJobSummaries: [summary('a-1', 0.8)], NextToken: 'more' })
    .resolves({ TrainingJobSummaries: [summary('a-2', 0.9, 5), summary('a-3')] });
  sagemaker
    .on(ListTrainingJobsForHyperParameterTuningJobCommand, { HyperParameterTuningJobName: 'dev-t-b-0-0' })
    .resolves({ TrainingJobSummaries: [summary('b-1', 0.9, 3)] });
  sagemaker.on(DescribeTrainingJobCommand).resolves({
    ModelArtifacts: { S3ModelArtifacts: 's3://models/b-1/output/model.tar.gz' },
    HyperParameters: { epochs: '20', mode: 'supervised', _tuning_objective_metric: 'validation:accuracy' },
  });
});

describe('chooseBest', () => {
  it('answers the best of all trials of all algorithms as a model, but for its name', async () => {
    const best = await handler({ tuned }, context);
    expect(best).toEqual({
      algorithm: 'b',
      image: 'image-b',
      artifact: 's3://models/b-1/output/model.tar.gz',
      hyperparameters: { epochs: '20', mode: 'supervised' },
      trainingJob: 'b-1',
      tuningJob: 'dev-t-b-0-0',
      objective: { metric: 'validation:accuracy', value: 0.9 },
    });
    expect(parseStrictly(trainedModel, { name: 'dev-m-0-0', ...best }, 'the model')).toMatchObject(best);
  });

  it('asks for completed trials only', async () => {
    await handler({ tuned }, context);
    for (const { args } of sagemaker.commandCalls(ListTrainingJobsForHyperParameterTuningJobCommand)) {
      expect(args[0].input.StatusEquals).toBe('Completed');
    }
  });

  it('says when no trial completed', async () => {
    sagemaker.on(ListTrainingJobsForHyperParameterTuningJobCommand).resolves({ TrainingJobSummaries: [] });
    await expect(handler({ tuned: tuned.slice(1) }, context)).rejects.toMatchObject({ name: 'NoTrialSucceeded' });
  });

  it('says when the best trial left no artifact', async () => {
    sagemaker.on(DescribeTrainingJobCommand).resolves({});
    await expect(handler({ tuned }, context)).rejects.toMatchObject({ name: 'ArtifactMissing' });
  });

  it("passes SageMaker's throttling on by name, which the machine retries", async () => {
    sagemaker
      .on(DescribeTrainingJobCommand)
      .rejects(Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' }));
    await expect(handler({ tuned }, context)).rejects.toMatchObject({ name: 'ThrottlingException' });
  });
});
