import { documentExamples } from '../example.ts';
import { catalogueVersion, inBucket, inferenceRun, modelName, predictions } from '../exampleValues.ts';
import { classificationReport } from './classificationReport.v1.ts';
import { predictionSummaryExamples } from './predictionSummary.v1.examples.ts';

const run = {
  schemaVersion: '1.0',
  ...inferenceRun,
  month: '2026-10',
  revision: 1,
  catalogueVersion,
  startedAt: '2026-11-01T02:00:03Z',
  closedAt: '2026-11-01T03:00:00Z',
  predictions: inBucket('predictions', 'production/month=2026-10/run=inference-20261101T020000Z/'),
};
const { rows, quantity, meanConfidence, codes } = predictionSummaryExamples.typical;

export const classificationReportExamples = documentExamples(classificationReport, {
  typical: {
    ...run,
    supersedes: 'inference-first',
    lines: [
      { country: 'DE', scheme: 'battery', outcome: 'no-winner' },
      {
        country: 'DE',
        scheme: 'weee',
        outcome: 'labelled',
        predictions,
        summary: { model: modelName, rows, quantity, meanConfidence, codes },
      },
    ],
  },
  minimal: { ...run, lines: [] },
  invalid: [
    { path: 'lines[1].summary.codes[0].code', value: 'x'.repeat(65), reason: 'codes have at most 64 characters' },
    { path: 'supersedes', value: 'october', reason: 'what is replaced is a run' },
    { path: 'predictions', reason: 'a report says where the rows behind it lie' },
  ],
});
