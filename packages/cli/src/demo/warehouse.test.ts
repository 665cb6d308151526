import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { demoCountries } from './countries.ts';
import { writeMonth } from './warehouse.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'regulabel-demo-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a month of the demo', () => {
  it('is written with the warehouse’s types, each item once per scheme and sold on one or two days of the month', async () => {
    const countries = demoCountries(['DE', 'JP', 'PT']);
    const size = { seed: 1, countries, month: '2026-02', age: 1, labelled: 300, sold: 500 };
    const files = await writeMonth(folder, size);
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
    const labelled = `read_parquet(${JSON.stringify(files.labelled).replaceAll('"', "'")})`;
    const sold = `read_parquet(${JSON.stringify(files.sold).replaceAll('"', "'")})`;
    expect(
      await rows(
        `SELECT country, string_agg(DISTINCT scheme, ' ' ORDER BY scheme) FROM ${labelled} GROUP BY 1 ORDER BY 1`,
      ),
    ).toEqual([
      ['DE', 'battery packaging weee'],
      ['JP', 'weee'],
      ['PT', 'packaging weee'],
    ]);
    expect(
      await rows(`SELECT count(DISTINCT item_id), count(*) = count(DISTINCT (item_id, scheme)) FROM ${labelled}`),
    ).toEqual([['300', true]]);
    expect(
      await rows(
        `SELECT count(DISTINCT item_id), min(strftime(sold_on, '%Y-%m')), max(strftime(sold_on, '%Y-%m')) FROM ${sold}`,
      ),
    ).toEqual([['500', '2026-02', '2026-02']]);
    expect(await rows(`SELECT max(n) FROM (SELECT count(*) AS n FROM ${sold} GROUP BY item_id)`)).toEqual([['2']]);
    expect(await rows(`SELECT min(quantity), max(quantity) FROM ${sold}`)).toEqual([[1, 9]]);
    connection.closeSync();
  });
});
