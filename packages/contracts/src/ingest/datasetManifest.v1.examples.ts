import { documentExamples } from '../example.ts';
import { catalogue, hash, inBucket, inferenceRun, trainingRun } from '../exampleValues.ts';
import { datasetManifest } from './datasetManifest.v1.ts';

const unloaded = inBucket('data', 'unload/training/training-20261101T020000Z/0-0/country=DE/');
const sold = inBucket('data', 'unload/inference/inference-20261101T020000Z/0-0/country=DE/');

export const datasetManifestExamples = documentExamples(datasetManifest, {
  typical: {
    schemaVersion: '1.0',
    ...trainingRun,
    purpose: 'training',
    month: '2026-11',
    asOf: '2026-11-01',
    country: 'DE',
    catalogue,
    uri: unloaded,
    files: [
      { uri: `${unloaded}0000_part_00.parquet`, rows: 700, bytes: 24576 },
      { uri: `${unloaded}0001_part_00.parquet`, rows: 500, bytes: 16384 },
    ],
    rows: 1200,
    bytes: 40960,
    hash,
    createdAt: '2026-11-01T02:05:00.000Z',
  },
  minimal: {
    schemaVersion: '1.0',
    ...inferenceRun,
    purpose: 'inference',
    month: '2026-10',
    asOf: '2026-11-01',
    country: 'DE',
    catalogue,
    uri: sold,
    files: [{ uri: `${sold}0000_part_00.parquet`, rows: 1, bytes: 2048 }],
    rows: 1,
    bytes: 2048,
    hash,
    createdAt: '2026-11-01T02:05:00.000Z',
  },
  invalid: [
    { path: 'files', value: [], reason: 'a country without rows has no manifest' },
    { path: 'asOf', value: '2026-02-30', reason: 'February has no 30th' },
    { path: 'schemaVersion', value: '2.0', reason: 'another major version is another file format' },
  ],
});
