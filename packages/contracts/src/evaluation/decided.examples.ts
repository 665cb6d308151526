import type * as z from 'zod';
import { decisionId, formerModelName, inBucket, line, modelName, trainingRun } from '../exampleValues.ts';
import type { decided } from './decided.ts';

type Decided = z.infer<typeof decided>;

const identity = { ...trainingRun, ...line, decisionId };

/** Candidate and winner, both scored. */
export const compared: Omit<Decided, 'reason'> = {
  ...identity,
  explanation: 'macro-F1 0.912 on 100 unseen rows, the winner has 0.905; at least 0.010 more is asked for.',
  candidate: { model: modelName, metrics: { rows: 100, accuracy: 0.93, macroF1: 0.912 } },
  winner: { model: formerModelName, metrics: { rows: 100, accuracy: 0.92, macroF1: 0.905 } },
  scores: inBucket('registry', 'scores/training-20261101T020000Z/DE/weee/dev-s-0123456789ab-0-0/scores.json'),
};

/** Nothing was scored, and there was no winner. */
export const unscored: Omit<Decided, 'reason'> = {
  ...identity,
  explanation: 'No test rows.',
  candidate: { model: modelName },
};
