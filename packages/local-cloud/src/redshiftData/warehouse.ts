import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

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

interface TypeNames {
  /** In results of the Data API. */
  readonly result: string;
  /** In manifests of UNLOAD. */
  readonly manifest: string;
}

const SMALLINT = { result: 'int2', manifest: 'smallint' };
const BIGINT = { result: 'int8', manifest: 'bigint' };

/** What Redshift calls DuckDB's types. Anything else is text in results. */
export const TYPES: Readonly<Record<string, TypeNames>> = {
  TINYINT: SMALLINT,
  SMALLINT,
  INTEGER: { result: 'int4', manifest: 'integer' },
  BIGINT,
  HUGEINT: BIGINT,
  FLOAT: { result: 'float4', manifest: 'real' },
  DOUBLE: { result: 'float8', manifest: 'double precision' },
  BOOLEAN: { result: 'bool', manifest: 'boolean' },
  DATE: { result: 'date', manifest: 'date' },
  TIMESTAMP: { result: 'timestamp', manifest: 'timestamp without time zone' },
};
