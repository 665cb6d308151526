import type { DuckDBConnection } from '@duckdb/node-api';
import type { Row } from './rows.ts';

/** What is held in memory at a time. */
const ROWS_PER_FILE = 250_000;

/** Writes rows to Parquet files `<path>-<number>.parquet`, as many as it takes: however many rows, memory stays bounded. */
export async function writeParquetFiles(
  connection: DuckDBConnection,
  path: string,
  columns: Readonly<Record<string, string>>,
  rows: Iterable<Row>,
): Promise<string[]> {
  const table = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
  const files: string[] = [];
  const begin = async () => {
    await connection.run(`CREATE OR REPLACE TABLE part (${table.join(', ')})`);
    return connection.createAppender('part');
  };
  let appender = await begin();
  let count = 0;
  const flush = async (): Promise<void> => {
    appender.closeSync();
    const file = `${path}-${files.length}.parquet`;
    await connection.run(`COPY part TO '${file}' (FORMAT parquet)`);
    files.push(file);
    appender = await begin();
    count = 0;
  };
  for (const row of rows) {
    for (const value of row) {
      if (value === null) appender.appendNull();
      else appender.appendVarchar(value);
    }
    appender.endRow();
    count += 1;
    if (count === ROWS_PER_FILE) await flush();
  }
  if (count > 0) await flush();
  appender.closeSync();
  return files;
}
