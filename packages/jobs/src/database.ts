import { BIGINT, DuckDBInstance, LIST, VARCHAR, listValue } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';
import { JobFailure } from './failure.ts';

/** The SQL engine that reads and writes Parquet, and sorts and joins what does not fit into memory. */
export type Database = DuckDBInstance;

/**
 * An empty database in memory that spills to the folder `spill`. One thread: rows keep their order, and two runs write the
 * same bytes. Extensions are never fetched: jobs run without network.
 */
export async function withDatabase<Result>(spill: string, work: (db: Database) => Promise<Result>): Promise<Result> {
  const db = await DuckDBInstance.create(':memory:', {
    memory_limit: '384MB',
    threads: '1',
    temp_directory: spill,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  try {
    return await work(db);
  } finally {
    db.closeSync();
  }
}

/**
 * Everything has a connection of its own: on a shared one the next statement, be it an appender's flush, would end a stream
 * early and without a word.
 */
async function withConnection<Result>(
  db: Database,
  work: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  const connection = await db.connect();
  try {
    return await work(connection);
  } finally {
    connection.closeSync();
  }
}

/** Runs a statement for its effect. */
export async function execute(db: Database, sql: string): Promise<void> {
  await withConnection(db, (connection) => connection.run(sql));
}

/** The rows of a query, one at a time. `paths` is its parameter `$1`. */
export async function* queryRows(
  db: Database,
  sql: string,
  paths?: readonly string[],
): AsyncGenerator<readonly unknown[]> {
  const connection = await db.connect();
  try {
    const result = await connection.stream(sql, paths && [listValue([...paths])], paths && [LIST(VARCHAR)]);
    for await (const rows of result.yieldRowsJs()) yield* rows;
  } finally {
    connection.closeSync();
  }
}

/** The only row of a query that counts, by column. */
export async function queryCounts<Name extends string>(db: Database, sql: string): Promise<Record<Name, number>> {
  return withConnection(db, async (connection) => {
    const [row] = (await connection.runAndReadAll(sql)).getRowObjectsJS();
    const counts = Object.entries(row ?? {}).map(([name, value]) => [name, Number(value)]);
    return Object.fromEntries(counts) as Record<Name, number>;
  });
}

/** Fills a table with rows; its columns are VARCHAR (strings), BIGINT or DOUBLE (numbers). */
export async function fill(
  db: Database,
  table: string,
  rows: AsyncIterable<readonly (string | number)[]> | Iterable<readonly (string | number)[]>,
): Promise<void> {
  await withConnection(db, async (connection) => {
    const appender = await connection.createAppender(table);
    const types = Array.from({ length: appender.columnCount }, (_, at) => appender.columnType(at));
    for await (const row of rows) {
      for (const [at, value] of row.entries()) {
        if (typeof value === 'string') appender.appendVarchar(value);
        else if (types[at]?.typeId === BIGINT.typeId) appender.appendBigInt(BigInt(value));
        else appender.appendDouble(value);
      }
      appender.endRow();
    }
    appender.closeSync();
  });
}

type Row<Column extends string> = Readonly<Record<Column, string | null>>;

/** Paths are not read as Hive partitions: the folders they lie in belong to SageMaker. */
const PARQUET = 'read_parquet($1, union_by_name = true, hive_partitioning = false)';

/**
 * The rows of Parquet files in the files' order, all values as text. Columns that no file has are null. Throws
 * {@link JobFailure} when a file is not Parquet or a column of `required` is nowhere.
 */
export async function* parquetRows<Required extends string, Optional extends string>(
  db: Database,
  paths: readonly string[],
  columns: { readonly required: readonly Required[]; readonly optional: readonly Optional[] },
): AsyncGenerator<Row<Required | Optional>> {
  if (paths.length === 0) return;
  const present = await columnsOf(db, paths);
  const missing = columns.required.filter((name) => !present.has(name));
  if (missing.length > 0) throw new JobFailure(`The Parquet files lack the column ${missing.join(', ')}.`);
  const names = [...columns.required, ...columns.optional];
  const list = names.map((name) => (present.has(name) ? `CAST("${name}" AS VARCHAR)` : 'NULL')).join(', ');
  for await (const row of queryRows(db, `SELECT ${list} FROM ${PARQUET}`, paths)) {
    yield Object.fromEntries(names.map((name, at) => [name, row[at] ?? null])) as Row<Required | Optional>;
  }
}

async function columnsOf(db: Database, paths: readonly string[]): Promise<ReadonlySet<string>> {
  try {
    const columns = new Set<string>();
    for await (const [name] of queryRows(db, `DESCRIBE SELECT * FROM ${PARQUET}`, paths)) columns.add(String(name));
    return columns;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new JobFailure(`The input can't be read as Parquet: ${reason}`, { cause });
  }
}

/** A text as SQL literal: COPY takes no parameter for its target. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
