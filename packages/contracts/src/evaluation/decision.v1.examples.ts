import { documentExamples } from '../example.ts';
import {
  data,
  decisionId,
  formerDecisionId,
  formerModelName,
  inBucket,
  line,
  model,
  trainingRun,
} from '../exampleValues.ts';
import { decision } from './decision.v1.ts';

export const decisionExamples = documentExamples(decision, {
  typical: {
    schemaVersion: '1.0',
    decisionId,
    ...line,
    ...trainingRun,
    decidedAt: '2026-11-01T04:00:00.000Z',
    outcome: 'promoted',
    reason: 'better',
    explanation: 'macro-F1 0.912 on 100 unseen rows, the winner has 0.905; at least 0.002 more is asked for.',
    candidate: { model, data, metrics: { rows: 100, accuracy: 0.93, macroF1: 0.912 } },
    winner: {
      model: formerModelName,
      decisionId: formerDecisionId,
      metrics: { rows: 100, accuracy: 0.92, macroF1: 0.905 },
    },
    majority: { code: 'SG2', accuracy: 0.4 },
    margin: 0.002,
    scores: inBucket('registry', 'scores/training-20261101T020000Z/DE/weee/dev-s-0123456789ab-0-0/scores.json'),
  },
  minimal: {
    schemaVersion: '1.0',
    decisionId,
    ...line,
    ...trainingRun,
    decidedAt: '2026-11-01T04:00:00.000Z',
    outcome: 'rejected',
    reason: 'too-little-evidence',
    explanation: 'No test rows.',
    candidate: { model, data },
    margin: 0.002,
  },
  invalid: [
    { path: 'outcome', value: 'won', reason: 'a candidate is promoted, rejected or held' },
    { path: 'majority.accuracy', value: 1.2, reason: 'a share lies between 0 and 1' },
    { path: 'candidate.data.codeListHash', reason: 'a decision says by which codes it was made' },
  ],
});
