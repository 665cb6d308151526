import * as z from 'zod';
import {
  arn,
  catalogueVersion,
  count,
  country,
  instant,
  line,
  month,
  purpose,
  runId,
  s3Uri,
  scheme,
} from '../values.ts';

/** How a line ended in a run. */
export const outcome = z.enum(['promoted', 'rejected', 'held', 'skipped', 'empty', 'failed', 'labelled', 'no-winner']);
export type Outcome = z.infer<typeof outcome>;

/** A line's end in a run. */
export const lineResult = z.object({
  country,
  scheme,
  outcome,
  /** Why, where the outcome alone does not say it. */
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

/** A run as the runs table has it. */
export const run = z.object({
  runId,
  purpose,
  month: month.optional(),
  executionArn: arn,
  catalogue: z.object({ version: catalogueVersion, uri: s3Uri }),
  lines: z.array(line),
  startedAt: instant,
  deadline: instant,
  status: z.enum(['running', 'closed']),
  closedAt: instant.optional(),
  /** Counts the completion events of this run: 1 for the first. */
  revision: count,
  /** The last revision whose event is known to be on the bus. */
  announced: count,
});
export type Run = z.infer<typeof run>;

/** What the two completion events carry. */
export const runCompleted = z.object({
  runId,
  month: month.optional(),
  catalogueVersion,
  startedAt: instant,
  closedAt: instant,
  revision: count,
  /** The run for the same month that this one replaces. */
  supersedes: runId.optional(),
  lines: z.array(lineResult),
});
export type RunCompleted = z.infer<typeof runCompleted>;
