import { documentExamples } from '../example.ts';
import { inferenceRun, line, modelName } from '../exampleValues.ts';
import { predictionSummary } from './predictionSummary.v1.ts';

const labelled = { schemaVersion: '1.0', ...inferenceRun, ...line, month: '2026-10', model: modelName };

export const predictionSummaryExamples = documentExamples(predictionSummary, {
  typical: {
    ...labelled,
    rows: 500,
    quantity: 1250,
    meanConfidence: 0.91,
    codes: [
      { code: 'SG1', rows: 120, quantity: 130, meanConfidence: 0.95 },
      { code: 'SG2', rows: 380, quantity: 1120, meanConfidence: 0.9 },
    ],
  },
  minimal: { ...labelled, rows: 0, quantity: 0, meanConfidence: 0, codes: [] },
  invalid: [
    { path: 'codes[0].quantity', reason: 'a report is a sum of quantities by code' },
    { path: 'meanConfidence', value: 'high', reason: 'confidence is a number' },
    { path: 'month', value: '2026-1', reason: 'a month is YYYY-MM' },
  ],
});
