import * as z from 'zod';
import { country, runId, s3Uri, scheme } from '../values.ts';
import { decisionReason, metrics } from './decision.v1.ts';

/** What the three outcomes of a comparison carry; the whole record lies in the winners table under `decisionId`. */
export const decided = z.object({
  runId,
  country,
  scheme,
  decisionId: z.string().regex(/^[0-9a-f]{32}$/),
  reason: decisionReason,
  explanation: z.string(),
  candidate: z.object({ model: z.string(), metrics: metrics.optional() }),
  winner: z.object({ model: z.string(), metrics: metrics.optional() }).optional(),
  scores: s3Uri.optional(),
});

export const decidedExample = {
  runId: 'training-20261101T020000Z',
  country: 'DE',
  scheme: 'weee',
  decisionId: '0123456789abcdef0123456789abcdef',
  explanation: 'macro-F1 0.912 on 100 unseen rows, the winner has 0.905; at least 0.010 more is asked for.',
  candidate: { model: 'dev-m-0123456789abcdef-0-0', metrics: { rows: 100, accuracy: 0.93, macroF1: 0.912 } },
  winner: { model: 'dev-m-fedcba9876543210-0-0', metrics: { rows: 100, accuracy: 0.92, macroF1: 0.905 } },
};
