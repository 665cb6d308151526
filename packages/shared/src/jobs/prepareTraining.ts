import * as z from 'zod';
import { count, hash } from '@regulabel/contracts/values';

/**
 * The exit message of the job `prepare-training` (at most 1 KB, read by the training state machine).
 * Exclusions stand in the report file: rows by reason.
 */
export const prepareTrainingMessage = z.object({
  outcome: z.enum(['ready', 'empty', 'untrainable']),
  explanation: z.string().max(400),
  dataHash: hash,
  codeListHash: hash,
  testHash: hash,
  rows: z.object({ train: count, validation: count, test: count }),
});
export type PrepareTrainingMessage = z.infer<typeof prepareTrainingMessage>;

/** `report.json` of the job `prepare-training`. */
export const prepareTrainingReport = z.object({
  schemaVersion: z.literal('1.0'),
  ...prepareTrainingMessage.shape,
  /** Rows of the dataset that belong to the line. */
  labelled: count,
  /** Rows kept out, by reason. Their sum and the three parts' is `labelled`. */
  excluded: z.object({
    'missing-title': count,
    'unknown-code': count,
    'code-not-yet-valid': count,
    'code-expired': count,
    'no-tokens': count,
    duplicate: count,
    /** The same text with different codes: nobody can learn from it. */
    contradictory: count,
  }),
  codes: z.array(z.object({ code: z.string(), train: count, validation: count, test: count })),
});
export type PrepareTrainingReport = z.infer<typeof prepareTrainingReport>;
