import * as z from 'zod';
import { outcome } from '../ingest/run.v1.ts';
import { catalogueVersion, count, country, instant, runId, scheme } from '../values.ts';
import { decision } from './decision.v1.ts';

/** The report on a training run: one line per model line, with the decision where one was made. */
export const trainingReport = z.object({
  schemaVersion: z.literal('1.0'),
  runId,
  /** 1 for the first report on the run; a later one replaces the earlier. */
  revision: count,
  catalogueVersion,
  startedAt: instant,
  closedAt: instant,
  lines: z.array(
    z.object({
      country,
      scheme,
      outcome,
      reason: z.string().optional(),
      explanation: z.string().optional(),
      decision: decision.optional(),
    }),
  ),
});
export type TrainingReport = z.infer<typeof trainingReport>;
