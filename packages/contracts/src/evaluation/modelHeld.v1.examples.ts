import { eventExamples } from '../example.ts';
import { compared, unscored } from './decided.examples.ts';
import { modelHeld } from './modelHeld.v1.ts';

export const modelHeldExamples = eventExamples(modelHeld, {
  typical: { ...compared, reason: 'winner-changed' },
  minimal: { ...unscored, reason: 'winner-gone' },
  invalid: [
    { path: 'data.reason', value: 'held', reason: 'that is the outcome, not its reason' },
    { path: 'data.candidate', reason: 'a comparison is of a candidate' },
    { path: 'data.scores', value: 'scores.json', reason: 'the score report lies in S3' },
  ],
});
