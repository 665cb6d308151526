import * as z from 'zod';
import { outcome } from '../ingest/runSummary.v1.ts';
import { catalogueVersion, count, country, fileVersion, instant, month, runId, s3Uri, scheme } from '../values.ts';
import { predictionSummary } from './predictionSummary.v1.ts';

/**
 * The report on a labelled month, `reports/month=<month>/<run>-<revision>.json` in the predictions bucket: one line per model
 * line, with its sums by code where it was labelled.
 * @classification confidential
 */
export const classificationReport = z.object({
  schemaVersion: fileVersion,
  runId,
  /** The month that was labelled, `YYYY-MM`. */
  month,
  /** 1 for the first report on the run; a later one replaces the earlier. */
  revision: count,
  /** The run for the same month that this one replaces. */
  supersedes: runId.optional(),
  catalogueVersion,
  /** When the run began. */
  startedAt: instant,
  /** When its last line ended. */
  closedAt: instant,
  /** A prefix with every line's prediction files. */
  predictions: s3Uri,
  /** Every line that took part, and how it ended. */
  lines: z.array(
    z.object({
      country,
      scheme,
      outcome,
      /** Why, where the outcome alone does not say it. */
      reason: z.string().optional(),
      /** For people: the figures behind the reason. */
      explanation: z.string().optional(),
      /** A prefix with the line's prediction files; present with `summary`, for `labelled`. */
      predictions: s3Uri.optional(),
      /** What was labelled, by code. */
      summary: predictionSummary
        .pick({ model: true, rows: true, quantity: true, meanConfidence: true, codes: true })
        .optional(),
    }),
  ),
});
export type ClassificationReport = z.infer<typeof classificationReport>;
