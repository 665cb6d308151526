import { eventExamples } from '../example.ts';
import { catalogueVersion, hash, inBucket, inferenceRun, trainingRun } from '../exampleValues.ts';
import { extractionCompleted } from './extractionCompleted.v1.ts';

export const extractionCompletedExamples = eventExamples(extractionCompleted, {
  typical: {
    ...trainingRun,
    purpose: 'training',
    catalogueVersion,
    rows: 1203,
    countries: [
      {
        country: 'DE',
        manifest: inBucket('data', 'datasets/training/training-20261101T020000Z/DE/manifest.json'),
        files: 1,
        rows: 1200,
        bytes: 40960,
        hash,
      },
    ],
    unlisted: [{ partition: null, rows: 3 }],
  },
  minimal: { ...trainingRun, purpose: 'training', catalogueVersion, rows: 0, countries: [], unlisted: [] },
  others: {
    inference: {
      ...inferenceRun,
      purpose: 'inference',
      month: '2026-10',
      catalogueVersion,
      rows: 500,
      countries: [
        {
          country: 'DE',
          manifest: inBucket('data', 'datasets/inference/inference-20261101T020000Z/DE/manifest.json'),
          files: 1,
          rows: 500,
          bytes: 20480,
          hash,
        },
      ],
      unlisted: [],
    },
  },
  invalid: [
    { path: 'data.countries[0].rows', value: -1, reason: 'there are no fewer than no rows' },
    { path: 'data.countries[0].hash', reason: 'without its identity a dataset cannot be told from another' },
    { path: 'data.unlisted[0].partition', reason: 'rows without a country have the partition null' },
  ],
});
