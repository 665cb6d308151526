import { eventExamples } from '../example.ts';
import { inferenceRun } from '../exampleValues.ts';
import { inferenceSkipped } from './inferenceSkipped.v1.ts';

export const inferenceSkippedExamples = eventExamples(inferenceSkipped, {
  typical: { ...inferenceRun, country: 'DE', scheme: 'weee', month: '2026-10', reason: 'no-winner' },
  minimal: { ...inferenceRun, country: 'FR', scheme: 'battery', month: '2026-10', reason: 'no-winner' },
  invalid: [
    { path: 'data.reason', value: 'untrainable', reason: 'that is a reason to skip a training' },
    { path: 'data.month', reason: 'what was not labelled is a month' },
    { path: 'data.scheme', value: 'weee/large', reason: 'a scheme has letters, digits and hyphens' },
  ],
});
