import * as z from 'zod';
import { outcome } from '../ingest/run.v1.ts';
import { catalogueVersion, count, country, instant, month, runId, s3Uri, scheme } from '../values.ts';
import { predictionSummary } from './prediction.v1.ts';

/** The report on a labelled month: one line per model line, with its sums by code where it was labelled. */
export const classificationReport = z.object({
  schemaVersion: z.literal('1.0'),
  runId,
  month,
  /** 1 for the first report on the run; a later one replaces the earlier. */
  revision: count,
  /** The run for the same month that this one replaces. */
  supersedes: runId.optional(),
  catalogueVersion,
  startedAt: instant,
  closedAt: instant,
  /** A prefix with every line's prediction files. */
  predictions: s3Uri,
  lines: z.array(
    z.object({
      country,
      scheme,
      outcome,
      reason: z.string().optional(),
      /** For people: the figures behind the reason. */
      explanation: z.string().optional(),
      /** A prefix with the line's prediction files; present with `summary`, for `labelled`. */
      predictions: s3Uri.optional(),
      summary: predictionSummary
        .pick({ model: true, rows: true, quantity: true, meanConfidence: true, codes: true })
        .optional(),
    }),
  ),
});
export type ClassificationReport = z.infer<typeof classificationReport>;
