import * as z from 'zod';
import { trainedModel, trainingData } from '../training/modelTrained.v1.ts';
import { catalogueVersion, caller, count, country, hash, month, runId, s3Uri, scheme } from '../values.ts';

/** What a comparison needs again once the predictions are there; inference carries it along unread. */
export const comparisonSubject = z.object({
  candidate: z.object({ model: trainedModel, data: trainingData }),
  /** The winner that the candidate was measured against; the comparison only counts while it still is the winner. */
  winner: z.object({ model: z.string().min(1), decisionId: z.string().min(1) }).optional(),
});
export type ComparisonSubject = z.infer<typeof comparisonSubject>;

/**
 * The input of an execution of the inference state machine (`regulabel-<stage>-inference`). It has two callers:
 * evaluation (a held-out test set, candidate and winner) and production (a month's sales, the winner).
 */
export const inferenceExecutionInput = z.object({
  schemaVersion: z.literal('1.0'),
  runId,
  caller,
  country,
  scheme,
  /** The month that is labelled; for evaluation the month in which the candidate was trained. */
  month,
  /** 12 hex digits of a SHA-256 over run, line and dataset (a country's lines share one): part of every job's name. */
  digest: z.string().regex(/^[0-9a-f]{12}$/),
  /** production: a prefix with Parquet; evaluation: a prefix with JSON lines. */
  dataset: z.object({ uri: s3Uri, rows: count, hash }),
  catalogueVersion,
  jobImage: z.string().min(1),
  models: z
    .array(z.object({ role: z.enum(['candidate', 'winner']), name: z.string().min(1) }))
    .min(1)
    .max(2),
  /** Prefixes, each ending with `/`, under which the jobs write; each job adds its own name. */
  output: z.object({ work: s3Uri, predictions: s3Uri, summary: s3Uri }),
  comparison: comparisonSubject.optional(),
});
export type InferenceExecutionInput = z.infer<typeof inferenceExecutionInput>;
