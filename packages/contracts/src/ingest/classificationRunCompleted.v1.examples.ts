import { eventExamples } from '../example.ts';
import { classificationRunCompleted } from './classificationRunCompleted.v1.ts';
import { labelledSummary, minimalSummary, supersedingSummary } from './runSummary.v1.examples.ts';

export const classificationRunCompletedExamples = eventExamples(classificationRunCompleted, {
  typical: labelledSummary,
  minimal: { ...minimalSummary, runId: labelledSummary.runId, month: labelledSummary.month },
  others: { superseding: supersedingSummary },
  invalid: [
    { path: 'data.month', reason: 'one has to know which month was labelled' },
    { path: 'data.lines[0].predictions', value: '/predictions', reason: 'predictions lie in S3' },
    { path: 'data.lines[0].rows', value: '500', reason: 'a count is a number' },
    { path: 'metadata.id', reason: 'without an id an event cannot be de-duplicated' },
  ],
});
