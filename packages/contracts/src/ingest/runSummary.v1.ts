import * as z from 'zod';
import { catalogueVersion, count, country, instant, month, runId, s3Uri, scheme } from '../values.ts';

/** How a line ended in a run. */
export const outcome = z.enum(['promoted', 'rejected', 'held', 'skipped', 'empty', 'failed', 'labelled', 'no-winner']);
export type Outcome = z.infer<typeof outcome>;

/** A line's end in a run. */
export const lineResult = z.object({
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
  /** Rows labelled, for inference. */
  rows: count.optional(),
  /** A prefix with Parquet files of prediction rows, for `labelled`. */
  predictions: s3Uri.optional(),
  /** A prefix with `summary.json`, for `labelled`. */
  summary: s3Uri.optional(),
});
export type LineResult = z.infer<typeof lineResult>;

/**
 * How a run ended, line by line: what the two completion events carry, and what the runs table keeps of each revision.
 * @classification internal
 */
export const runSummary = z.object({
  runId,
  /** The month that was labelled, `YYYY-MM`; absent for training. */
  month: month.optional(),
  catalogueVersion,
  /** When the run began. */
  startedAt: instant,
  /** When its last line ended, of this revision. */
  closedAt: instant,
  /** 1 for the first completion of the run; a higher one replaces the lower. */
  revision: count,
  /** The run for the same month that this one replaces: of a month, the last closed run counts. */
  supersedes: runId.optional(),
  /** Every line that took part, and how it ended. */
  lines: z.array(lineResult),
});
export type RunSummary = z.infer<typeof runSummary>;
