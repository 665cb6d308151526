import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ResultReturnType, type DuckDBConnection, type Json } from '@duckdb/node-api';
import { SqlError } from './sql.ts';
import { TYPES } from './warehouse.ts';

/** The Data API keeps at most 100 MB of a result; a bound by rows is known before memory is spent. */
const MOST_ROWS = 100_000;
const PAGE_ROWS = 1000;

export interface Result {
  readonly ColumnMetadata: readonly Readonly<Record<string, unknown>>[];
  readonly Records: readonly (readonly Readonly<Record<string, unknown>>[])[];
}

/** Runs one plain SQL statement: rows returned or changed and, of a query, the rows as the Data API shows them. */
export async function runSql(connection: DuckDBConnection, sql: string): Promise<{ rows: number; result?: Result }> {
  if ((await connection.extractStatements(sql)).count !== 1) {
    throw new SqlError('Multiple sql statements are not allowed.');
  }
  const reader = await connection.streamAndReadUntil(sql, MOST_ROWS + 1);
  if (reader.returnType !== ResultReturnType.QUERY_RESULT) return { rows: reader.rowsChanged };
  if (reader.currentRowCount > MOST_ROWS) throw new SqlError(`the result has more than ${MOST_ROWS} rows`);
  const types = reader.columnTypes().map((type) => TYPES[String(type)]?.result ?? 'varchar');
  const Records = reader.getRowsJson().map((row) => row.map((value, column) => fieldOf(value, types[column] ?? '')));
  const ColumnMetadata = reader
    .columnNames()
    .map((name, column) => ({ name, label: name, typeName: types[column], nullable: 1 }));
  return { rows: Records.length, result: { ColumnMetadata, Records } };
}

function fieldOf(value: Json, type: string): Record<string, unknown> {
  if (value === null) return { isNull: true };
  if (type.startsWith('int')) return { longValue: Number(value) };
  if (type.startsWith('float')) return { doubleValue: Number(value) };
  if (typeof value === 'boolean') return { booleanValue: value };
  return { stringValue: typeof value === 'string' ? value : JSON.stringify(value) };
}

/** Results of finished queries, as files. */
export class Results {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async keep(id: string, result: Result): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await writeFile(this.#file(id), JSON.stringify(result));
  }

  async page(id: string, start: number): Promise<Record<string, unknown>> {
    const { ColumnMetadata, Records } = JSON.parse(await readFile(this.#file(id), 'utf8')) as Result;
    const end = start + PAGE_ROWS;
    return {
      ColumnMetadata,
      Records: Records.slice(start, end),
      TotalNumRows: Records.length,
      ...(end < Records.length ? { NextToken: String(end) } : {}),
    };
  }

  /** `id` is ours: a UUID, with `:n` for a part of a batch. */
  #file(id: string): string {
    return path.join(this.#folder, `${id.replace(':', '-')}.json`);
  }
}
