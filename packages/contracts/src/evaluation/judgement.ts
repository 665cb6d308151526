import * as z from 'zod';
import { count, share } from '../values.ts';

/** How well a model did on the test rows. */
export const metrics = z.object({
  /** Test rows that were scored. */
  rows: count,
  /** Share of the rows whose code the model got right. */
  accuracy: share,
  /** Mean of the codes' F1, over codes that the test rows have. */
  macroF1: share,
});
export type Metrics = z.infer<typeof metrics>;

/** Why it was decided so. */
export const decisionReason = z.enum([
  'first-model',
  'better',
  'not-better-than-majority',
  'not-better-than-winner',
  'too-little-evidence',
  'winner-changed',
  'winner-gone',
]);
