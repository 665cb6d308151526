import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { CommandError } from '../errors.ts';
import type { Source, SourceRow } from './source.ts';

/** A Parquet file; every value as text. Throws `CommandError` when it is not whole. */
export async function openParquet(file: string): Promise<Source> {
  const header: string[] = [];
  for await (const rows of query(file, 'SELECT column_name FROM (DESCRIBE SELECT * FROM input)')) {
    header.push(...rows.map(([name]) => name ?? ''));
  }
  return { header, rows: () => rowsOf(file) };
}

async function* rowsOf(file: string): AsyncGenerator<readonly SourceRow[]> {
  let line = 0;
  for await (const rows of query(file, 'SELECT CAST(COLUMNS(*) AS VARCHAR) FROM input')) {
    yield rows.map((fields) => ({ line: (line += 1), fields }));
  }
}

/** The rows of a query on the view `input`, in the file's order. */
async function* query(file: string, sql: string): AsyncGenerator<readonly (string | null)[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'regulabel-parquet-'));
  // One thread: rows keep their order. Old writers do not say that their bytes are text.
  const database = await DuckDBInstance.create(':memory:', { memory_limit: '256MB', threads: '1' });
  let connection: DuckDBConnection | undefined;
  const link = join(folder, 'input.parquet');
  try {
    connection = await database.connect();
    // A name of ours: DuckDB would take `[`, `*` and `=` of the user's for patterns and partitions.
    await symlink(resolve(file), link);
    await connection.run(
      `CREATE VIEW input AS SELECT * FROM read_parquet('${link.replaceAll("'", "''")}', binary_as_string = true)`,
    );
    const result = await connection.stream(sql);
    for await (const rows of result.yieldRowsJs()) yield rows as (string | null)[][];
  } catch (error) {
    const [why = ''] = error instanceof Error ? error.message.split('\n') : [String(error)];
    throw new CommandError(
      `${file} cannot be read as Parquet: ${why.replaceAll(link, file).trim()}; if it is not whole, copy or write it again`,
      { cause: error },
    );
  } finally {
    connection?.closeSync();
    database.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}
