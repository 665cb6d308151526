import { join } from 'node:path';
import { DuckDBInstance, type DuckDBAppender, type DuckDBConnection } from '@duckdb/node-api';
import { CommandError } from '../errors.ts';
import type { FileTable } from './tables.ts';

const ROWS_PER_PART = 250_000;
/** In UTF-16 units: what the appender may hold before it writes. */
const FLUSH_EVERY = 4_000_000;

/** The accepted rows of a file, on disk. Memory is bounded, however many they are. */
export class Staging {
  readonly #folder: string;
  readonly #table: FileTable;
  readonly #database: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  #appender: DuckDBAppender;
  #held = 0;

  private constructor(parts: {
    folder: string;
    table: FileTable;
    database: DuckDBInstance;
    connection: DuckDBConnection;
    appender: DuckDBAppender;
  }) {
    this.#folder = parts.folder;
    this.#table = parts.table;
    this.#database = parts.database;
    this.#connection = parts.connection;
    this.#appender = parts.appender;
  }

  static async open(folder: string, table: FileTable): Promise<Staging> {
    const database = await DuckDBInstance.create(join(folder, 'rows.duckdb'), {
      memory_limit: '96MB',
      threads: '1',
      // Row groups are bounded in bytes, not in rows, only where their order is free.
      preserve_insertion_order: 'false',
      temp_directory: join(folder, 'spill'),
    });
    const connection = await database.connect();
    const columns = table.columns.map(({ name }) => `${name} VARCHAR`).join(', ');
    await connection.run(`CREATE TABLE accepted (line BIGINT, ${columns})`);
    return new Staging({ folder, table, database, connection, appender: await connection.createAppender('accepted') });
  }

  /** Rows come in the file's order. `values` are in the order of the table's columns. */
  append(line: number, values: readonly (string | null)[]): void {
    this.#appender.appendBigInt(BigInt(line));
    for (const value of values) {
      if (value === null) this.#appender.appendNull();
      else this.#appender.appendVarchar(value);
      this.#held += value?.length ?? 0;
    }
    this.#appender.endRow();
    if (this.#held < FLUSH_EVERY) return;
    this.#disk(() => {
      this.#appender.flushSync();
    });
    this.#held = 0;
  }

  /** No more rows come. */
  complete(): void {
    this.#disk(() => {
      this.#appender.closeSync();
    });
  }

  /** Takes away every row whose `columns` have been there before; answers their lines and the first ones', in order. */
  async *withoutRepeated(columns: readonly string[]): AsyncGenerator<{ line: number; first: number }> {
    const key = columns.join(', ');
    await this.#connection.run(
      `CREATE TABLE repeated AS SELECT line, first FROM accepted JOIN (
         SELECT ${key}, min(line) AS first FROM accepted GROUP BY ${key} HAVING count(*) > 1) USING (${key})
       WHERE line > first`,
    );
    await this.#connection.run('DELETE FROM accepted WHERE line IN (SELECT line FROM repeated)');
    for await (const [line, first] of this.query('SELECT line, first FROM repeated ORDER BY line')) {
      yield { line: Number(line), first: Number(first) };
    }
  }

  async *query(sql: string): AsyncGenerator<readonly unknown[]> {
    const result = await this.#connection.stream(sql);
    for await (const rows of result.yieldRowsJs()) yield* rows;
  }

  /** Writes the rows as Parquet files, in the types and the order of the warehouse's table. */
  async writeParts(): Promise<string[]> {
    const columns = this.#table.columns.map(({ name, type }) => `CAST(${name} AS ${type}) AS ${name}`).join(', ');
    const [end] = await Array.fromAsync(this.query('SELECT COALESCE(max(rowid), -1) + 1 FROM accepted'));
    const parts: string[] = [];
    for (let start = 0; start < Number(end?.[0]); start += ROWS_PER_PART) {
      const part = join(this.#folder, `part-${parts.length.toString().padStart(5, '0')}.parquet`);
      await this.#connection.run(
        `COPY (SELECT ${columns} FROM accepted WHERE rowid >= ${start} AND rowid < ${start + ROWS_PER_PART})
         TO '${part.replaceAll("'", "''")}' (FORMAT parquet, ROW_GROUP_SIZE_BYTES '32MB')`,
      );
      parts.push(part);
    }
    return parts;
  }

  close(): void {
    this.#connection.closeSync();
    this.#database.closeSync();
  }

  #disk(work: () => void): void {
    try {
      work();
    } catch (error) {
      const [why = ''] = error instanceof Error ? error.message.split('\n') : [];
      throw new CommandError(`the rows cannot be kept in ${this.#folder}: ${why}`, { cause: error });
    }
  }
}
