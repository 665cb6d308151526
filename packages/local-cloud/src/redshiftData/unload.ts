import type { DuckDBConnection } from '@duckdb/node-api';
import { mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { filesBelow, parseS3Uri } from '../s3Objects.ts';
import type { S3Objects } from '../s3Objects.ts';
import { SqlError } from './sql.ts';
import type { Unload } from './sql.ts';
import { literal, quoted, rowsOf } from './warehouse.ts';

/** What UNLOAD and COPY work with. */
export interface Transfer {
  readonly connection: DuckDBConnection;
  /** S3 as the statement's IAM_ROLE. */
  readonly s3: S3Objects;
  /** A folder of its own, empty. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Who may write to a prefix that is not empty: the statement that found it empty before it was killed. */
export interface UnloadTransfer extends Transfer {
  readonly ownsTarget: boolean;
  /** Remembers, durably, that this statement found its target empty. */
  readonly ownTarget: () => void;
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

/**
 * Unloads to Parquet: files first, the manifest last, as Redshift does. Without rows nothing is written at all, no
 * manifest either. Resolves to the number of rows.
 */
export async function unload(statement: Unload, transfer: UnloadTransfer): Promise<number> {
  const { bucket, key } = parseS3Uri(statement.to);
  const prefix = statement.partitionBy.length > 0 && !/(^|\/)$/.test(key) ? `${key}/` : key;
  await requireEmpty(statement, transfer, { bucket, key: prefix });

  const columns = await columnsOf(statement.select, transfer.connection);
  await writeParquet(statement, columns, transfer);
  const files: UnloadedFile[] = [];
  const numbers = new Map<string, number>();
  for (const relative of await filesBelow(transfer.folder)) {
    transfer.signal.throwIfAborted();
    const file = path.join(transfer.folder, relative);
    const [count] = await rowsOf(
      transfer.connection,
      `SELECT num_rows AS n FROM parquet_file_metadata(${literal(file)})`,
    );
    if (count?.['n'] === '0') continue; // DuckDB's way of writing no rows
    const partition = relative.split('/').slice(0, statement.partitionBy.length).join('/');
    const number = numbers.get(partition) ?? 0;
    numbers.set(partition, number + 1);
    const name = `0000_part_${String(number).padStart(2, '0')}.parquet`;
    const target = { bucket, key: `${prefix}${partition === '' ? '' : `${partition}/`}${name}` };
    await transfer.s3.upload({ file }, target, statement.kmsKeyId);
    const meta = { content_length: (await stat(file)).size, record_count: Number(count?.['n']) };
    files.push({ url: `s3://${target.bucket}/${target.key}`, meta });
  }
  if (statement.manifest !== 'none' && files.length > 0) {
    const text = JSON.stringify(manifestOf(statement, columns, files));
    await transfer.s3.upload({ text }, { bucket, key: `${prefix}manifest` }, statement.kmsKeyId);
  }
  return files.reduce((sum, { meta }) => sum + meta.record_count, 0);
}

async function requireEmpty(
  statement: Unload,
  transfer: UnloadTransfer,
  at: { bucket: string; key: string },
): Promise<void> {
  if (statement.allowOverwrite || transfer.ownsTarget) return;
  if (!(await transfer.s3.isEmpty(at))) {
    throw new SqlError(
      'Specified unload destination on S3 is not empty. Consider using a different bucket / prefix, manually removing ' +
        'the target files in S3, or using the ALLOWOVERWRITE option.',
    );
  }
  transfer.ownTarget();
}

async function columnsOf(select: string, connection: DuckDBConnection): Promise<Column[]> {
  const rows = await rowsOf(connection, `DESCRIBE ${select}`);
  return rows.map((row) => ({ name: String(row['column_name']), type: String(row['column_type']) }));
}

async function writeParquet(statement: Unload, columns: readonly Column[], transfer: Transfer): Promise<void> {
  const { connection, folder } = transfer;
  // Sums of integers are BIGINT in Redshift; DuckDB's HUGEINT would become a DOUBLE in Parquet.
  const huge = columns
    .filter(({ type }) => type === 'HUGEINT')
    .map(({ name }) => `${quoted(name)}::BIGINT AS ${quoted(name)}`);
  const select =
    huge.length === 0 ? statement.select : `SELECT * REPLACE (${huge.join(', ')}) FROM (${statement.select})`;
  const { partitionBy, include } = statement;
  const target = partitionBy.length === 0 ? path.join(folder, 'data.parquet') : folder;
  const partitioning =
    partitionBy.length === 0 ? '' : `, PARTITION_BY (${partitionBy.join(', ')}), WRITE_PARTITION_COLUMNS ${include}`;
  await connection.run(`COPY (${select}\n) TO ${literal(target)} (FORMAT parquet, COMPRESSION snappy${partitioning})`);
  for (const relative of await filesBelow(folder)) {
    await splitFile(path.join(folder, relative), statement.maxFileBytes, connection);
  }
}

/** DuckDB cannot bound the size of partitioned files while it writes them. */
async function splitFile(file: string, maxBytes: number, connection: DuckDBConnection): Promise<void> {
  if ((await stat(file)).size <= maxBytes) return;
  const parts = `${file}.parts`;
  await mkdir(parts);
  await connection.run(
    `COPY (FROM read_parquet(${literal(file)}, hive_partitioning = false)) TO ${literal(parts)} ` +
      `(FORMAT parquet, COMPRESSION snappy, FILE_SIZE_BYTES ${Math.floor(maxBytes)})`,
  );
  await rm(file);
}

/** https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD_command_examples.html#unload-examples-manifest-verbose */
function manifestOf(statement: Unload, columns: readonly Column[], files: readonly UnloadedFile[]): unknown {
  if (statement.manifest === 'plain')
    return { entries: files.map(({ url, meta }) => ({ url, meta: { content_length: meta.content_length } })) };
  const dropped = statement.include ? [] : statement.partitionBy.map((name) => quoted(name).toLowerCase());
  return {
    entries: files,
    schema: {
      elements: columns
        .filter(({ name }) => !dropped.includes(quoted(name).toLowerCase()))
        .map(({ name, type }) => ({ name, type: redshiftType(type) })),
    },
    meta: {
      content_length: files.reduce((sum, { meta }) => sum + meta.content_length, 0),
      record_count: files.reduce((sum, { meta }) => sum + meta.record_count, 0),
    },
    author: { name: 'Amazon Redshift', version: '1.0.0' },
  };
}

const TYPES: Readonly<Record<string, string>> = {
  TINYINT: 'smallint',
  SMALLINT: 'smallint',
  INTEGER: 'integer',
  BIGINT: 'bigint',
  HUGEINT: 'bigint',
  FLOAT: 'real',
  DOUBLE: 'double precision',
  BOOLEAN: 'boolean',
  DATE: 'date',
  TIMESTAMP: 'timestamp without time zone',
  'TIMESTAMP WITH TIME ZONE': 'timestamp with time zone',
};

/** DuckDB keeps no length of a VARCHAR: all have Redshift's largest. */
function redshiftType(type: string): Record<string, unknown> {
  if (type === 'VARCHAR') return { base: 'character varying', max_length: 65_535 };
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  if (decimal !== null) return { base: 'numeric', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  return { base: TYPES[type] ?? type.toLowerCase() };
}
