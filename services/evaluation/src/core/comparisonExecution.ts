import { comparisonSubject } from '@regulabel/contracts/inference/inferenceExecutionInput.v1';
import { country, runId, s3Uri, scheme } from '@regulabel/contracts/values';
import * as z from 'zod';

/** The input of an execution of the comparison state machine (`regulabel-<stage>-comparison`). */
export const comparisonExecutionInput = z.object({
  schemaVersion: z.literal('1.0'),
  runId,
  country,
  scheme,
  /** 12 hex digits of a SHA-256 over run, line, candidate and test set: part of the score job's name. */
  digest: z.string().regex(/^[0-9a-f]{12}$/),
  /** The macro-F1 to be gained, from the catalogue that the run pinned. */
  margin: z.number(),
  subject: comparisonSubject,
  evidence: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('predictions'),
      jobImage: z.string().min(1),
      /** Prefixes with Parquet files of prediction rows. */
      candidate: s3Uri,
      winner: s3Uri.optional(),
      /** A prefix ending with `/`, under which the score job writes; it adds its own name. */
      output: s3Uri,
    }),
    /** There is nothing to score: the decision is made without. */
    z.object({ kind: z.literal('none'), reason: z.enum(['too-little-evidence', 'winner-gone']) }),
  ]),
});
export type ComparisonExecutionInput = z.infer<typeof comparisonExecutionInput>;
export type Evidence = ComparisonExecutionInput['evidence'];
