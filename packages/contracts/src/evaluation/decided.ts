import * as z from 'zod';
import { country, decisionId, runId, s3Uri, scheme } from '../values.ts';
import { decisionReason, metrics } from './judgement.ts';

/** What the three outcomes of a comparison carry; the whole record lies in the winners table under `decisionId`. */
export const decided = z.object({
  runId,
  country,
  scheme,
  decisionId,
  reason: decisionReason,
  /** For people: one or two sentences with the figures. */
  explanation: z.string(),
  /** The newly trained model. */
  candidate: z.object({
    /** The SageMaker model's name. */
    model: z.string(),
    /** How well it did; absent where nothing was scored. */
    metrics: metrics.optional(),
  }),
  /** The winner that it was compared with; absent for the first model of a line. */
  winner: z
    .object({
      /** The SageMaker model's name. */
      model: z.string(),
      /** How well it did on the same rows; absent where nothing was scored. */
      metrics: metrics.optional(),
    })
    .optional(),
  /** The score report; absent where nothing was scored. */
  scores: s3Uri.optional(),
});
