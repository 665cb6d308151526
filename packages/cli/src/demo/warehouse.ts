import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { Session } from '../session.ts';
import { copy, query, stage } from '../warehouse.ts';
import { codesOfDay } from './codes/codeList.ts';
import type { DemoCountry, Scheme } from './countries.ts';
import { itemsOf } from './items.ts';
import { labelOf } from './labels.ts';
import { Random } from './random.ts';
import { sharesOf } from './shares.ts';

export interface DemoMonth {
  readonly seed: number;
  readonly countries: ReadonlyMap<string, DemoCountry>;
  /** `YYYY-MM` */
  readonly month: string;
  /** Months since the first one. */
  readonly age: number;
  /** Items that people labelled in this month, over all countries. */
  readonly labelled: number;
  /** Items sold in this month, over all countries. */
  readonly sold: number;
}

const ROWS_PER_FILE = 250_000;

/** The months that the warehouse has sales of, in order. */
export async function warehouseMonths(session: Session): Promise<string[]> {
  const rows = await query(
    session,
    "SELECT DISTINCT strftime(sold_on, '%Y-%m') AS month FROM sold_items WHERE sold_on IS NOT NULL ORDER BY 1",
  );
  return rows.map(([month]) => month ?? '').filter((month) => month !== '');
}

/** Makes a month's rows and copies them into the warehouse: all of them in one transaction, or none. */
export async function loadMonth(session: Session, month: DemoMonth): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'regulabel-demo-'));
  try {
    const database = await DuckDBInstance.create(':memory:', { memory_limit: '512MB' });
    const connection = await database.connect();
    try {
      const labelled = await writeFiles(connection, join(folder, 'labelled'), LABELLED, labelledRows(month));
      const sold = await writeFiles(connection, join(folder, 'sold'), SOLD, soldRows(month));
      const prefix = `demo/${month.month}`;
      for (const file of labelled) await stage(session, file, `${prefix}/labelled_items/`);
      for (const file of sold) await stage(session, file, `${prefix}/sold_items/`);
      await copy(session, { labelled_items: `${prefix}/labelled_items/`, sold_items: `${prefix}/sold_items/` });
    } finally {
      connection.closeSync();
      database.closeSync();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const LABELLED =
  'item_id VARCHAR, country VARCHAR, title VARCHAR, description VARCHAR, brand VARCHAR, scheme VARCHAR, code VARCHAR, labelled_at TIMESTAMP';
const SOLD =
  'item_id VARCHAR, country VARCHAR, title VARCHAR, description VARCHAR, brand VARCHAR, quantity INTEGER, sold_on DATE';

type Row = readonly (string | number | null)[];

function* labelledRows({ seed, countries, month, age, labelled }: DemoMonth): Generator<Row> {
  for (const [country, count] of sharesOf(countries, labelled)) {
    const { languages, schemes } = countries.get(country) as DemoCountry;
    const item = itemsOf({ seed, country, languages, age, kind: 'L' });
    const lines = Object.entries(schemes).map(
      ([scheme, list]) => [scheme as Scheme, codesOfDay(list, `${month}-28`)] as const,
    );
    for (let index = 0; index < count; index += 1) {
      const made = item(index);
      const { item_id, title, description, brand } = made;
      const at = `${month}-${day(Random.of(seed, 'day', item_id).integer(1, 28))} 12:00:00`;
      for (const [scheme, codes] of lines) {
        yield [item_id, country, title, description, brand, scheme, labelOf(made, scheme, codes, seed), at];
      }
    }
  }
}

function* soldRows({ seed, countries, month, age, sold }: DemoMonth): Generator<Row> {
  for (const [country, count] of sharesOf(countries, sold)) {
    const { languages } = countries.get(country) as DemoCountry;
    const item = itemsOf({ seed, country, languages, age, kind: 'S' });
    for (let index = 0; index < count; index += 1) {
      const { item_id, title, description, brand } = item(index);
      const random = Random.of(seed, 'sale', item_id);
      // Some items are sold on more than one day: the month's report sums them.
      for (let sale = random.chance(0.15) ? 2 : 1; sale > 0; sale -= 1) {
        const on = `${month}-${day(random.integer(1, 28))}`;
        yield [item_id, country, title, description, brand, random.integer(1, 9), on];
      }
    }
  }
}

const day = (number: number): string => number.toString().padStart(2, '0');

async function writeFiles(
  connection: DuckDBConnection,
  path: string,
  columns: string,
  rows: Iterable<Row>,
): Promise<string[]> {
  const files: string[] = [];
  const flush = async (): Promise<void> => {
    const file = `${path}-${files.length}.parquet`;
    await connection.run(
      `COPY (SELECT ${columns.replace(/(\w+) (\w+)/g, 'CAST($1 AS $2) AS $1')} FROM part) TO '${file}' (FORMAT parquet)`,
    );
    files.push(file);
  };
  const names = columns.split(', ').map((column) => column.split(' ')[0] ?? '');
  const begin = async () => {
    await connection.run(`CREATE OR REPLACE TABLE part (${names.map((name) => `${name} VARCHAR`).join(', ')})`);
    return connection.createAppender('part');
  };
  let appender = await begin();
  let count = 0;
  for (const row of rows) {
    for (const value of row) {
      if (value === null) appender.appendNull();
      else appender.appendVarchar(String(value));
    }
    appender.endRow();
    count += 1;
    if (count % ROWS_PER_FILE === 0) {
      appender.closeSync();
      await flush();
      appender = await begin();
    }
  }
  appender.closeSync();
  if (count % ROWS_PER_FILE !== 0) await flush();
  return files;
}
