import * as z from 'zod';
import {
  caller,
  catalogueVersion,
  count,
  country,
  fileVersion,
  hash,
  month,
  name,
  runId,
  s3Uri,
  scheme,
} from '../values.ts';
import { comparisonSubject, role } from './comparisonSubject.ts';

export { comparisonSubject, type ComparisonSubject } from './comparisonSubject.ts';

/**
 * The input of an execution of the inference state machine (`regulabel-<stage>-inference`). It has two callers:
 * evaluation (a held-out test set, candidate and winner) and production (a month's sales, the winner).
 * @classification internal
 */
export const inferenceExecutionInput = z.object({
  schemaVersion: fileVersion,
  runId,
  caller,
  country,
  scheme,
  /** The month that is labelled; for evaluation the month in which the candidate was trained. */
  month,
  /** 12 hex digits of a SHA-256 over run, line and dataset (a country's lines share one): part of every job's name. */
  digest: z.string().regex(/^[0-9a-f]{12}$/),
  /** The rows to be labelled. */
  dataset: z.object({
    /** production: a prefix with Parquet; evaluation: a prefix with JSON lines. */
    uri: s3Uri,
    /** Rows of the dataset. */
    rows: count,
    /** The dataset's identity. */
    hash,
  }),
  catalogueVersion,
  /** The image of the job container that runs the steps around the models, by digest. */
  jobImage: name,
  /** The models that label the rows, one or two. */
  models: z
    .array(
      z.object({
        role,
        /** The SageMaker model's name. */
        name,
      }),
    )
    .min(1)
    .max(2),
  /** Prefixes, each ending with `/`, under which the jobs write; each job adds its own name. */
  output: z.object({
    /** For what is between the steps. */
    work: s3Uri,
    /** For the prediction files. */
    predictions: s3Uri,
    /** For the summaries. */
    summary: s3Uri,
  }),
  /** What is compared; present when the caller is evaluation. */
  comparison: comparisonSubject.optional(),
});
export type InferenceExecutionInput = z.infer<typeof inferenceExecutionInput>;
