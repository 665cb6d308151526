import path from 'node:path';
import { parseS3Uri } from '../s3Objects.ts';
import { SqlError } from './sql.ts';
import type { Copy } from './sql.ts';
import type { Transfer } from './unload.ts';
import { literal } from './warehouse.ts';

/** Loads every object under the prefix, columns by position, as Redshift does for Parquet. Resolves to the number of rows. */
export async function copy(
  { table, columns, from }: Copy,
  { connection, s3, folder, signal }: Transfer,
): Promise<number> {
  const files: string[] = [];
  for await (const object of s3.list(parseS3Uri(from))) {
    signal.throwIfAborted();
    if (object.key.endsWith('/')) continue;
    const file = path.join(folder, `${files.length}.parquet`);
    await s3.download(object, file);
    files.push(file);
  }
  if (files.length === 0) throw new SqlError(`The specified S3 prefix '${parseS3Uri(from).key}' does not exist`);
  const target = columns.length === 0 ? table : `${table} (${columns.join(', ')})`;
  const inserted = await connection.run(
    `INSERT INTO ${target} SELECT * FROM read_parquet([${files.map(literal).join(', ')}], hive_partitioning = false)`,
  );
  return inserted.rowsChanged;
}
