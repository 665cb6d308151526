/** UNLOAD and COPY: between DuckDB and S3, by way of a folder. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { filesBelow, parseS3Uri, type S3Location, type S3Objects } from '../s3Objects.ts';
import { SqlError, type Copy, type Unload } from './sql.ts';
import { literal, quoted, rowsOf, TYPES } from './warehouse.ts';

export interface Transfer {
  readonly connection: DuckDBConnection;
  /** S3 as the statement's IAM_ROLE. */
  readonly s3: S3Objects;
  /** A folder of its own, empty. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** That this statement found its target empty before it was killed: then what lies there is its own. */
  readonly claim: { held: () => boolean; take: () => void };
}

interface Column {
  readonly name: string;
  /** DuckDB's type. */
  readonly type: string;
}

interface UnloadedFile {
  readonly url: string;
  readonly meta: { readonly content_length: number; readonly record_count: number };
}

/** Loads every object under the prefix, columns by position, as Redshift does for Parquet. Resolves to the number of rows. */
export async function copy({ table, from }: Copy, { connection, s3, folder, signal }: Transfer): Promise<number> {
  const files: string[] = [];
  for await (const object of s3.list(parseS3Uri(from))) {
    signal.throwIfAborted();
    if (object.key.endsWith('/')) continue;
    const file = path.join(folder, `${files.length}.parquet`);
    await s3.download(object, file);
    files.push(file);
  }
  if (files.length === 0) throw new SqlError(`The specified S3 prefix '${parseS3Uri(from).key}' does not exist`);
  const inserted = await connection.run(
    `INSERT INTO ${table} SELECT * FROM read_parquet([${files.map(literal).join(', ')}], hive_partitioning = false)`,
  );
  return inserted.rowsChanged;
}

/**
 * Unloads to Parquet: files first, the manifest last, as Redshift does. Without rows nothing is written at all, no
 * manifest either. Resolves to the number of rows.
 */
export async function unload(statement: Unload, transfer: Transfer): Promise<number> {
  const { bucket, key } = parseS3Uri(statement.to);
  const prefix = statement.partitionBy.length > 0 && !/(^|\/)$/.test(key) ? `${key}/` : key;
  await requireEmpty({ bucket, key: prefix }, transfer);

  const columns = await columnsOf(statement.select, transfer.connection);
  await writeParquet(statement, columns, transfer);
  const files: UnloadedFile[] = [];
  const numbers = new Map<string, number>();
  for (const relative of await filesBelow(transfer.folder)) {
    transfer.signal.throwIfAborted();
    const file = path.join(transfer.folder, relative);
    const metadata = `SELECT num_rows AS n FROM parquet_file_metadata(${literal(file)})`;
    const [count] = await rowsOf(transfer.connection, metadata);
    if (count?.['n'] === '0') continue; // DuckDB's way of writing no rows
    const partition = path.posix.dirname(relative);
    const number = numbers.get(partition) ?? 0;
    numbers.set(partition, number + 1);
    const target = prefix + path.posix.join(partition, `0000_part_${String(number).padStart(2, '0')}.parquet`);
    await transfer.s3.upload({ file }, { bucket, key: target }, statement.kmsKeyId);
    const meta = { content_length: (await stat(file)).size, record_count: Number(count?.['n']) };
    files.push({ url: `s3://${bucket}/${target}`, meta });
  }
  if (statement.manifest && files.length > 0) {
    const text = JSON.stringify(manifestOf(statement, columns, files));
    await transfer.s3.upload({ text }, { bucket, key: `${prefix}manifest` }, statement.kmsKeyId);
  }
  return files.reduce((sum, { meta }) => sum + meta.record_count, 0);
}

async function requireEmpty(target: S3Location, { s3, claim }: Transfer): Promise<void> {
  if (claim.held()) return;
  if (!(await s3.isEmpty(target))) {
    throw new SqlError(
      'Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, manually removing ' +
        'the target files in S3, or using the ALLOWOVERWRITE option.',
    );
  }
  claim.take();
}

async function columnsOf(select: string, connection: DuckDBConnection): Promise<Column[]> {
  const rows = await rowsOf(connection, `DESCRIBE ${select}`);
  return rows.map((row) => ({ name: String(row['column_name']), type: String(row['column_type']) }));
}

async function writeParquet(
  { select, partitionBy, include }: Unload,
  columns: readonly Column[],
  { connection, folder }: Transfer,
): Promise<void> {
  // Sums of integers are BIGINT in Redshift; DuckDB's HUGEINT would become a DOUBLE in Parquet.
  const expressions = columns.map(({ name, type }) =>
    type === 'HUGEINT' ? `${quoted(name)}::BIGINT AS ${quoted(name)}` : quoted(name),
  );
  const query = `SELECT ${expressions.join(', ')} FROM (${select}\n)`;
  const partitioned = partitionBy.length > 0;
  const target = partitioned ? folder : path.join(folder, 'data.parquet');
  const partitioning = `, PARTITION_BY (${partitionBy.join(', ')}), WRITE_PARTITION_COLUMNS ${include}`;
  const options = `FORMAT parquet, COMPRESSION snappy${partitioned ? partitioning : ''}`;
  await connection.run(`COPY (${query}) TO ${literal(target)} (${options})`);
}

/** https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD_command_examples.html#unload-examples-manifest-verbose */
function manifestOf(statement: Unload, columns: readonly Column[], files: readonly UnloadedFile[]): unknown {
  const dropped = statement.include ? [] : statement.partitionBy.map((name) => quoted(name).toLowerCase());
  const kept = columns.filter(({ name }) => !dropped.includes(quoted(name).toLowerCase()));
  return {
    entries: files,
    schema: { elements: kept.map(({ name, type }) => ({ name, type: manifestType(type) })) },
    meta: {
      content_length: files.reduce((sum, { meta }) => sum + meta.content_length, 0),
      record_count: files.reduce((sum, { meta }) => sum + meta.record_count, 0),
    },
    author: { name: 'Amazon Redshift', version: '1.0.0' },
  };
}

/** DuckDB keeps no length of a VARCHAR: all have Redshift's largest. */
function manifestType(type: string): Record<string, unknown> {
  if (type === 'VARCHAR') return { base: 'character varying', max_length: 65_535 };
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  if (decimal !== null) return { base: 'numeric', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  return { base: TYPES[type]?.manifest ?? type.toLowerCase() };
}
