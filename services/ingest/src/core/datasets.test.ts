import { datasetManifest } from '@regulabel/contracts/ingest/datasetManifest.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { describe, expect, it } from '@jest/globals';
import { exampleRun } from '../testing/exampleRun.ts';
import { split } from './datasets.ts';
import type { Partition } from './unloadManifest.ts';

const prefix = 'unload/training/training-1/0-0/';
const at = {
  bucket: 'data',
  prefix,
  month: '2026-11',
  asOf: '2026-11-01',
  createdAt: new Date('2026-11-01T02:05:00Z'),
};

const partition = (value: string | null, rows: number): Partition => ({
  value,
  files: [
    {
      uri: `s3://data/${prefix}country=${value ?? '__HIVE_DEFAULT_PARTITION__'}/0000_part_00.parquet`,
      rows,
      bytes: 10,
    },
  ],
  rows,
  bytes: 10,
});

describe('split', () => {
  const result = split(
    exampleRun,
    [partition('DE', 5), partition('XX', 2), partition(null, 3), partition('FR', 0)],
    at,
  );

  it('makes one dataset for each country of the run with rows, and each keeps the contract', () => {
    expect(result.datasets.map((each) => parseStrictly(datasetManifest, each, 'a manifest'))).toEqual([
      expect.objectContaining({
        country: 'DE',
        rows: 5,
        month: '2026-11',
        asOf: '2026-11-01',
        uri: `s3://data/${prefix}country=DE/`,
        catalogue: exampleRun.catalogue,
        createdAt: '2026-11-01T02:05:00.000Z',
      }),
    ]);
  });

  it('reports what belongs to no country of the run', () => {
    expect(result).toMatchObject({
      rows: 10,
      unlisted: [
        { partition: 'XX', rows: 2 },
        { partition: null, rows: 3 },
      ],
    });
  });

  it('gives the same delivery the same hash at any time, and another delivery another', () => {
    const hashOf = (rows: number, createdAt: Date) =>
      split(exampleRun, [partition('DE', rows)], { ...at, createdAt }).datasets[0]?.hash;
    expect(hashOf(5, new Date(0))).toBe(result.datasets[0]?.hash);
    expect(hashOf(6, at.createdAt)).not.toBe(result.datasets[0]?.hash);
  });
});
