import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** The rows of a CSV file (with a heading), as a Parquet file's bytes. */
export async function parquetOfCsv(file: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'regulabel-example-'));
  try {
    const target = join(folder, 'rows.parquet');
    const database = await DuckDBInstance.create(':memory:');
    const connection = await database.connect();
    try {
      await connection.run(`COPY (SELECT * FROM read_csv(${quoted(file)})) TO ${quoted(target)} (FORMAT parquet)`);
    } finally {
      connection.closeSync();
      database.closeSync();
    }
    return await readFile(target);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
