import { checkedCatalogue } from '@regulabel/shared/catalogue';
import type { Decision } from '@regulabel/contracts/evaluation/decision.v1';
import type { DatasetManifest } from '@regulabel/contracts/ingest/datasetManifest.v1';
import { modelTrainedExamples } from '@regulabel/contracts/training/modelTrained.v1.examples';

/** One country's dataset, for tests. */
export const exampleManifest: DatasetManifest = {
  schemaVersion: '1.0',
  runId: 'training-20261101T020000Z',
  purpose: 'training',
  month: '2026-11',
  asOf: '2026-11-01',
  country: 'DE',
  catalogue: { version: '0123456789abcdef', uri: 's3://data/catalogue/0123456789abcdef.json' },
  uri: 's3://data/unload/training/training-20261101T020000Z/0-0/country=DE/',
  files: [
    { uri: 's3://data/unload/training/training-20261101T020000Z/0-0/country=DE/0.parquet', rows: 1200, bytes: 40960 },
  ],
  rows: 1200,
  bytes: 40960,
  hash: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  createdAt: '2026-11-01T02:05:00.000Z',
};

export const exampleCatalogue = checkedCatalogue(
  { countries: { DE: { schemes: { weee: {}, battery: { minimumRows: 50 } } }, FR: { schemes: { weee: {} } } } },
  'the example',
);

/** A decision on DE/weee, for tests. */
export const exampleDecision: Decision = {
  schemaVersion: '1.0',
  decisionId: '0123456789abcdef0123456789abcdef',
  country: 'DE',
  scheme: 'weee',
  runId: 'training-20261001T020000Z',
  decidedAt: '2026-10-01T04:00:00.000Z',
  outcome: 'promoted',
  reason: 'first-model',
  explanation: 'the first model of the line',
  candidate: { model: modelTrainedExamples.typical.model, data: modelTrainedExamples.typical.data },
  margin: 0.002,
};
