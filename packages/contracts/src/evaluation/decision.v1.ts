import * as z from 'zod';
import { candidate } from '../training/trainedModel.ts';
import { code, country, decisionId, fileVersion, instant, runId, s3Uri, scheme, share } from '../values.ts';
import { decisionReason, metrics } from './judgement.ts';

export { metrics, type Metrics } from './judgement.ts';

/**
 * The recorded comparison of a candidate with the winner: an item of the winners table, and what one needs to explain it.
 * @classification internal
 */
export const decision = z.object({
  schemaVersion: fileVersion,
  /** Derived from run, line and candidate: deciding again gives the same id. */
  decisionId,
  country,
  scheme,
  runId,
  /** When it was decided. */
  decidedAt: instant,
  /** `promoted`: the candidate is the winner; `rejected`: the winner stays; `held`: the comparison does not count. */
  outcome: z.enum(['promoted', 'rejected', 'held']),
  reason: decisionReason,
  /** For people: one or two sentences with the figures. */
  explanation: z.string(),
  /** What was compared with the winner. */
  candidate: z.object({
    ...candidate,
    /** How well it did; absent where nothing was scored. */
    metrics: metrics.optional(),
  }),
  /** The winner at the time, absent for the first model of a line. */
  winner: z
    .object({
      /** The SageMaker model's name. */
      model: z.string(),
      /** The decision that made it the winner. */
      decisionId: z.string(),
      /** How well it did on the same rows; absent where nothing was scored. */
      metrics: metrics.optional(),
    })
    .optional(),
  /** What always guessing the most frequent code of the test rows would reach; absent without rows. */
  majority: z.object({ code, accuracy: share }).optional(),
  /** What macro-F1 had to be gained. */
  margin: z.number(),
  /** The score report; absent where nothing was scored. */
  scores: s3Uri.optional(),
});
export type Decision = z.infer<typeof decision>;
