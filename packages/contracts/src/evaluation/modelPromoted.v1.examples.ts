import { eventExamples } from '../example.ts';
import { compared, unscored } from './decided.examples.ts';
import { modelPromoted } from './modelPromoted.v1.ts';

export const modelPromotedExamples = eventExamples(modelPromoted, {
  typical: { ...compared, reason: 'better' },
  minimal: { ...unscored, reason: 'first-model' },
  invalid: [
    { path: 'data.decisionId', value: 'DE/weee', reason: 'a decision has an id of 32 hex digits' },
    { path: 'data.candidate.metrics.accuracy', value: 93, reason: 'a share lies between 0 and 1' },
    { path: 'data.reason', value: 'best', reason: 'there is no such reason' },
    { path: 'metadata.time', value: '2026-11-01T05:00:00+01:00', reason: 'times are in UTC' },
  ],
});
