import { eventExamples } from '../example.ts';
import { executionArn, line, trainingRun } from '../exampleValues.ts';
import { trainingSkipped } from './trainingSkipped.v1.ts';

const execution = { ...trainingRun, ...line, executionArn: executionArn('training') };

export const trainingSkippedExamples = eventExamples(trainingSkipped, {
  typical: {
    ...execution,
    reason: 'untrainable',
    explanation: '12 usable rows of 1 code; at least 2 codes are needed',
  },
  minimal: { ...execution, reason: 'empty', explanation: '' },
  others: {
    unchanged: {
      ...execution,
      reason: 'unchanged',
      explanation: 'the same rows, codes and job image as at decision 0123456789abcdef0123456789abcdef',
    },
  },
  invalid: [
    { path: 'data.reason', value: 'no-winner', reason: 'that is a reason to skip an inference' },
    { path: 'data.explanation', reason: 'people are told the figures' },
    { path: 'data.country', value: 'de', reason: 'a country is written in upper case' },
  ],
});
