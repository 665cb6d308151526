import { eventExamples } from '../example.ts';
import { minimalSummary, trainingSummary } from './runSummary.v1.examples.ts';
import { trainingRunCompleted } from './trainingRunCompleted.v1.ts';

export const trainingRunCompletedExamples = eventExamples(trainingRunCompleted, {
  typical: trainingSummary,
  minimal: minimalSummary,
  others: {
    revised: {
      ...trainingSummary,
      revision: 2,
      lines: [
        {
          country: 'DE',
          scheme: 'battery',
          outcome: 'skipped',
          reason: 'untrainable',
          explanation: '12 usable rows of 1 code; at least 2 codes are needed',
        },
        { country: 'DE', scheme: 'weee', outcome: 'promoted', reason: 'first-model', explanation: 'macro-F1 0.912' },
      ],
    },
  },
  invalid: [
    { path: 'data.runId', value: '20261101', reason: "a run's id begins with its purpose" },
    { path: 'data.lines[0].scheme', value: 'WEEE', reason: 'a scheme is written in lower case' },
    { path: 'data.lines', reason: 'a run that is closed says how every line ended' },
  ],
});
