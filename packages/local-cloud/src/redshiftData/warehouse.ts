import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';

/** Redshift functions that DuckDB lacks. Date parts arrive in quotes. */
const MACROS = [
  'getdate() AS current_timestamp::TIMESTAMP',
  'nvl(a, b) AS coalesce(a, b), (a, b, c) AS coalesce(a, b, c)',
  'nvl2(a, b, c) AS CASE WHEN a IS NOT NULL THEN b ELSE c END',
  "dateadd(part, n, d) AS d + (n || ' ' || part)::INTERVAL",
  "add_months(d, n) AS d + (n || ' month')::INTERVAL",
  "sha2(text, bits) AS CASE WHEN bits = 256 THEN sha256(text) ELSE error('sha2: only 256 bits') END",
];

/** Remembers, in the same transaction as its effect, that a statement has taken effect. */
const BOOKKEEPING = [
  'CREATE SCHEMA IF NOT EXISTS local_cloud',
  'CREATE TABLE IF NOT EXISTS local_cloud.applied (id VARCHAR PRIMARY KEY, outcome VARCHAR)',
];

/** The database file behind the Data API. */
export class Warehouse {
  /** The one folder that SQL may read and write; it is emptied at every start. */
  readonly scratch: string;
  readonly #instance: DuckDBInstance;

  private constructor(instance: DuckDBInstance, scratch: string) {
    this.#instance = instance;
    this.scratch = scratch;
  }

  static async open(folder: string, ddl: readonly string[]): Promise<Warehouse> {
    const scratch = path.join(folder, 'scratch');
    await rm(scratch, { recursive: true, force: true });
    await mkdir(scratch, { recursive: true });
    const instance = await DuckDBInstance.create(path.join(folder, 'warehouse.duckdb'), {
      memory_limit: '1GB',
      threads: '2',
      temp_directory: path.join(scratch, 'spill'),
    });
    const warehouse = new Warehouse(instance, scratch);
    await warehouse.withConnection(async (connection) => {
      for (const sql of [...BOOKKEEPING, ...ddl]) await connection.run(sql);
      for (const macro of MACROS) await connection.run(`CREATE OR REPLACE MACRO ${macro}`);
      // SQL comes over the wire: it gets no file of this machine but those that UNLOAD and COPY put here.
      await connection.run(`SET allowed_directories = [${literal(`${scratch}/`)}]`);
      await connection.run('SET enable_external_access = false');
      await connection.run('SET lock_configuration = true');
    });
    return warehouse;
  }

  async withConnection<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = await this.#instance.connect();
    try {
      return await work(connection);
    } finally {
      connection.closeSync();
    }
  }

  close(): void {
    this.#instance.closeSync();
  }
}

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export const quoted = (name: string): string => (name.startsWith('"') ? name : `"${name.replaceAll('"', '""')}"`);

/** The rows of a query that this module wrote itself, values as JSON. */
export async function rowsOf(connection: DuckDBConnection, sql: string): Promise<Record<string, unknown>[]> {
  return (await connection.runAndReadAll(sql)).getRowObjectsJson();
}
