import * as z from 'zod';
import { trainedModel, trainingData } from '../training/modelTrained.v1.ts';
import { code, count, country, instant, runId, s3Uri, scheme, share } from '../values.ts';

/** How well a model did on the test rows. */
export const metrics = z.object({ rows: count, accuracy: share, macroF1: share });
export type Metrics = z.infer<typeof metrics>;

export const decisionReason = z.enum([
  'first-model',
  'better',
  'not-better-than-majority',
  'not-better-than-winner',
  'too-little-evidence',
  'winner-changed',
  'winner-gone',
]);

/** The recorded comparison of a candidate with the winner: item of the winners table, and what one needs to explain it. */
export const decision = z.object({
  schemaVersion: z.literal('1.0'),
  /** Derived from run, line and candidate: deciding again gives the same id. */
  decisionId: z.string().regex(/^[0-9a-f]{32}$/),
  country,
  scheme,
  runId,
  decidedAt: instant,
  outcome: z.enum(['promoted', 'rejected', 'held']),
  reason: decisionReason,
  /** For people: one or two sentences with the figures. */
  explanation: z.string(),
  candidate: z.object({ model: trainedModel, data: trainingData, metrics: metrics.optional() }),
  /** The winner at the time, absent for the first model of a line. */
  winner: z.object({ model: z.string(), decisionId: z.string(), metrics: metrics.optional() }).optional(),
  majority: z.object({ code, accuracy: share }).optional(),
  /** What macro-F1 had to be gained. */
  margin: z.number(),
  /** The score report; absent where nothing was scored. */
  scores: s3Uri.optional(),
});
export type Decision = z.infer<typeof decision>;

/** The winner of a line: the item that the decision's transaction moves. */
export const winner = z.object({
  country,
  scheme,
  decisionId: z.string(),
  model: z.string(),
  since: instant,
  runId,
  metrics,
});
export type Winner = z.infer<typeof winner>;
