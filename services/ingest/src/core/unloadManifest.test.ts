import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { unloadManifest, verifiedPartitions, type UnloadManifest } from './unloadManifest.ts';

const bucket = 'data';
const prefix = 'unload/training/training-1/0-0/';

const entry = (value: string, part: number, rows: number, bytes = rows * 10) => ({
  url: `s3://${bucket}/${prefix}country=${value}/000${part}_part_00.parquet`,
  meta: { content_length: bytes, record_count: rows },
});

const manifestOf = (entries: UnloadManifest['entries']): UnloadManifest => ({
  entries,
  meta: {
    content_length: entries.reduce((sum, { meta }) => sum + meta.content_length, 0),
    record_count: entries.reduce((sum, { meta }) => sum + meta.record_count, 0),
  },
});

const listingOf = ({ entries }: UnloadManifest) => [
  ...entries.map(({ url, meta }) => ({ key: url.slice(`s3://${bucket}/`.length), bytes: meta.content_length })),
  { key: `${prefix}manifest`, bytes: 999 },
];

describe('verifiedPartitions', () => {
  const manifest = manifestOf([entry('DE', 1, 5), entry('DE', 0, 7), entry('__HIVE_DEFAULT_PARTITION__', 0, 2)]);

  it('groups the files by country; rows without one are the null partition', () => {
    expect(verifiedPartitions(manifest, { bucket, prefix, listed: listingOf(manifest) })).toEqual([
      { value: null, rows: 2, bytes: 20, files: [expect.objectContaining({ rows: 2 })] },
      {
        value: 'DE',
        rows: 12,
        bytes: 120,
        files: [
          { uri: `s3://data/${prefix}country=DE/0000_part_00.parquet`, rows: 7, bytes: 70 },
          { uri: `s3://data/${prefix}country=DE/0001_part_00.parquet`, rows: 5, bytes: 50 },
        ],
      },
    ]);
  });

  it('names the file that is missing, is of another size, or is not in the manifest', () => {
    const listed = listingOf(manifest);
    const refused = (other: typeof listed) => () => verifiedPartitions(manifest, { bucket, prefix, listed: other });
    const named = (message: RegExp) =>
      expect.objectContaining({ name: 'UnloadIncomplete', message: expect.stringMatching(message) });
    expect(refused(listed.slice(1))).toThrow(named(/country=DE\/0001_part_00\.parquet, which the manifest names/));
    expect(refused(listed.map((each) => ({ ...each, bytes: 1 })))).toThrow(named(/has 1 bytes, the manifest says 50/));
    const stranger = { key: `${prefix}country=DE/0009_part_00.parquet`, bytes: 1 };
    expect(refused([...listed, stranger])).toThrow(named(/0009_part_00\.parquet is there/));
  });

  it.each([
    [
      'counts other rows in total',
      { ...manifest, meta: { content_length: 1, record_count: 1 } },
      /its files have 14 rows/,
    ],
    ['names a file twice', manifestOf([entry('DE', 0, 1), entry('DE', 0, 1)]), /a file twice/],
    [
      'names a file outside the prefix',
      manifestOf([{ url: 's3://data/elsewhere/country=DE/x', meta: { content_length: 1, record_count: 1 } }]),
      /is not <prefix>country=<value>\/<file>/,
    ],
  ])('refuses a manifest that %s', (_what, wrong, message) => {
    expect(() => verifiedPartitions(wrong, { bucket, prefix, listed: listingOf(wrong) })).toThrow(
      expect.objectContaining({ name: 'UnloadManifestInvalid', message: expect.stringMatching(message) }),
    );
  });

  it('keeps every row and file of a right manifest, whatever their order', () => {
    const entries = fc.uniqueArray(
      fc
        .record({
          value: fc.constantFrom('DE', 'FR', 'x y', '__HIVE_DEFAULT_PARTITION__'),
          part: fc.nat(9),
          rows: fc.nat(99),
        })
        .map(({ value, part, rows }) => entry(value, part, rows)),
      { selector: ({ url }) => url },
    );
    fc.assert(
      fc.property(entries, (given) => {
        const whole = unloadManifest.parse(JSON.parse(JSON.stringify(manifestOf(given))));
        const partitions = verifiedPartitions(whole, { bucket, prefix, listed: listingOf(whole) });
        expect(partitions.reduce((sum, { rows }) => sum + rows, 0)).toBe(whole.meta.record_count);
        expect(partitions.flatMap(({ files }) => files)).toHaveLength(given.length);
        const shuffled = verifiedPartitions(manifestOf([...given].reverse()), {
          bucket,
          prefix,
          listed: listingOf(whole),
        });
        expect(shuffled).toEqual(partitions);
      }),
    );
  });
});
