import { eventExamples } from '../example.ts';
import { compared, unscored } from './decided.examples.ts';
import { modelRejected } from './modelRejected.v1.ts';

export const modelRejectedExamples = eventExamples(modelRejected, {
  typical: { ...compared, reason: 'not-better-than-winner' },
  minimal: { ...unscored, reason: 'too-little-evidence' },
  invalid: [
    { path: 'data.explanation', reason: 'people are told why' },
    { path: 'data.winner.model', reason: 'a winner has a name' },
    { path: 'data.candidate.metrics.rows', value: -1, reason: 'there are no fewer than no rows' },
  ],
});
