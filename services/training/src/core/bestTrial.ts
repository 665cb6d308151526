import { RegulabelError } from '@regulabel/shared/errors';
import * as z from 'zod';

/** A tuning job that has completed. */
export const tunedAlgorithm = z.object({
  tuningJob: z.string().min(1),
  algorithm: z.string().min(1),
  image: z.string().min(1),
});
export type TunedAlgorithm = z.infer<typeof tunedAlgorithm>;

/** A completed training job of a tuning job. */
export interface Trial extends TunedAlgorithm {
  readonly trainingJob: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly objective: { readonly metric: string; readonly value: number };
}

/**
 * The trial with the greatest objective; of equals the one that began first, then the first by name. Throws
 * `NoTrialSucceeded` when there is none.
 */
export function bestTrial(trials: readonly Trial[], tuningJobs: readonly string[]): Trial {
  const [best] = [...trials].sort(
    (a, b) =>
      b.objective.value - a.objective.value || a.createdAt - b.createdAt || (a.trainingJob < b.trainingJob ? -1 : 1),
  );
  if (best) return best;
  throw new RegulabelError(
    'NoTrialSucceeded',
    `no training job of ${tuningJobs.join(', ')} completed with an objective: their failure reasons stand in SageMaker`,
  );
}
