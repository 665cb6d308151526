import * as z from 'zod';
import { code, count, country, hash, runId, scheme, share } from '@regulabel/contracts/values';

/** How one model did on the test rows. F1 of a code without support and predictions does not count. */
export const modelScores = z.object({
  model: z.string().min(1),
  accuracy: share,
  /** Mean of the codes' F1, over codes with support. */
  macroF1: share,
  codes: z.array(z.object({ code, precision: share, recall: share, f1: share, support: count, predicted: count })),
  /** Non-zero cells only. */
  confusion: z.array(z.object({ actual: code, predicted: code, rows: count })),
});
export type ModelScores = z.infer<typeof modelScores>;

/** `scores.json`: the score report of a comparison, both models on the same rows. */
export const scores = z.object({
  schemaVersion: z.literal('1.0'),
  runId,
  country,
  scheme,
  rows: count,
  testHash: hash,
  /** What always guessing the most frequent code of the test rows would reach; absent without rows. */
  majority: z.object({ code, accuracy: share }).optional(),
  candidate: modelScores,
  winner: modelScores.optional(),
});
export type Scores = z.infer<typeof scores>;
