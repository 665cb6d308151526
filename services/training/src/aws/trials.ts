import {
  DescribeTrainingJobCommand,
  paginateListTrainingJobsForHyperParameterTuningJob,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { TrainedModel } from '@regulabel/contracts/training/modelTrained.v1';
import { RegulabelError } from '@regulabel/shared/errors';
import type { Trial, TunedAlgorithm } from '../core/bestTrial.ts';

/** The completed training jobs of a tuning job that report an objective. */
export async function readTrials(client: SageMakerClient, tuned: TunedAlgorithm): Promise<Trial[]> {
  const trials: Trial[] = [];
  const pages = paginateListTrainingJobsForHyperParameterTuningJob(
    { client },
    { HyperParameterTuningJobName: tuned.tuningJob, StatusEquals: 'Completed' },
  );
  for await (const { TrainingJobSummaries = [] } of pages) {
    for (const job of TrainingJobSummaries) {
      const objective = job.FinalHyperParameterTuningJobObjectiveMetric;
      if (objective?.MetricName === undefined || objective.Value === undefined) continue;
      trials.push({
        ...tuned,
        trainingJob: job.TrainingJobName ?? '',
        createdAt: job.CreationTime?.getTime() ?? 0,
        objective: { metric: objective.MetricName, value: objective.Value },
      });
    }
  }
  return trials;
}

/** What a trial made, but for the name that its model will have. Throws `ArtifactMissing`. */
export async function readArtifact(client: SageMakerClient, trial: Trial): Promise<Omit<TrainedModel, 'name'>> {
  const { trainingJob, tuningJob, algorithm, image, objective } = trial;
  const job = await client.send(new DescribeTrainingJobCommand({ TrainingJobName: trainingJob }));
  const artifact = job.ModelArtifacts?.S3ModelArtifacts;
  if (artifact === undefined) {
    throw new RegulabelError('ArtifactMissing', `training job ${trainingJob} completed without a model artifact`);
  }
  // `_tuning_objective_metric` and the like are SageMaker's own additions.
  const hyperparameters = Object.fromEntries(
    Object.entries(job.HyperParameters ?? {}).filter(([name]) => !name.startsWith('_')),
  );
  return { algorithm, image, artifact, hyperparameters, trainingJob, tuningJob, objective };
}
