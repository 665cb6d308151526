import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { stateHandler } from '@regulabel/shared/lambda/handlers';
import * as z from 'zod';
import { readArtifact, readTrials } from '../aws/trials.ts';
import { bestTrial, tunedAlgorithm } from '../core/bestTrial.ts';

const sagemaker = new SageMakerClient({});

/** The best trial of all algorithms, by their common measure, as a model without a name. */
export const handler = stateHandler(z.object({ tuned: z.array(tunedAlgorithm).min(1) }), async ({ tuned }) => {
  const trials = await Promise.all(tuned.map((algorithm) => readTrials(sagemaker, algorithm)));
  const best = bestTrial(
    trials.flat(),
    tuned.map(({ tuningJob }) => tuningJob),
  );
  return readArtifact(sagemaker, best);
});
