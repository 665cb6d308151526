import * as z from 'zod';
import { outcome } from '../ingest/runSummary.v1.ts';
import { catalogueVersion, count, country, fileVersion, instant, runId, scheme } from '../values.ts';
import { decision } from './decision.v1.ts';

/**
 * The report on a training run, `reports/<run>-<revision>.json` in the registry bucket: one line per model line, with the
 * decision where one was made.
 * @classification internal
 */
export const trainingReport = z.object({
  schemaVersion: fileVersion,
  runId,
  /** 1 for the first report on the run; a later one replaces the earlier. */
  revision: count,
  catalogueVersion,
  /** When the run began. */
  startedAt: instant,
  /** When its last line ended. */
  closedAt: instant,
  /** Every line that took part, and how it ended. */
  lines: z.array(
    z.object({
      country,
      scheme,
      outcome,
      /**
       * Why, where the outcome alone does not say it; for a failure its error and cause.
       * @classification confidential
       */
      reason: z.string().optional(),
      /** For people: the figures behind the reason. */
      explanation: z.string().optional(),
      /** The decision on the line's candidate. */
      decision: decision.optional(),
    }),
  ),
});
export type TrainingReport = z.infer<typeof trainingReport>;
