import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { AwsError, type Caller, type Cloud } from '../aws.ts';
import { assumeRole } from '../authorize.ts';
import { S3Objects } from '../s3Objects.ts';
import type { Collection } from '../store.ts';
import { runSql, type Results } from './results.ts';
import { parseStatement, SqlError, type Copy, type Unload } from './sql.ts';
import { partId, type Statement } from './statement.ts';
import { copy, unload } from './transfer.ts';
import { literal, rowsOf, type Warehouse } from './warehouse.ts';

export interface Outcome {
  readonly rows: number;
  readonly hasResult: boolean;
}

/** The n-th SQL of a batch failed; the whole transaction was rolled back. */
export class PartFailure extends Error {
  override readonly name = 'PartFailure';
  readonly part: number;

  constructor(part: number, cause: unknown) {
    super(errorText(cause), { cause });
    this.part = part;
  }
}

/** Runs statements on the warehouse, each as one transaction that takes effect exactly once, kills included. */
export class Executor {
  readonly #cloud: Cloud;
  readonly #warehouse: Warehouse;
  readonly #results: Results;
  readonly #self: Caller;
  readonly #claims: Collection<true>;

  constructor(cloud: Cloud, self: Caller, warehouse: Warehouse, results: Results) {
    this.#cloud = cloud;
    this.#self = self;
    this.#warehouse = warehouse;
    this.#results = results;
    this.#claims = cloud.store.collection('redshift-data/claims');
  }

  /** Throws {@link PartFailure}, or the signal's reason. */
  run(statement: Statement, signal: AbortSignal): Promise<readonly Outcome[]> {
    return this.#warehouse.withConnection(async (connection) => {
      // Between two statements of SQL an interrupt has no effect: it is repeated until one has.
      let repeated: NodeJS.Timeout | undefined;
      const interrupt = () => {
        connection.interrupt();
        repeated ??= setInterval(interrupt, 20);
      };
      signal.addEventListener('abort', interrupt);
      try {
        signal.throwIfAborted();
        return (await applied(statement, connection)) ?? (await this.#transaction(statement, connection, signal));
      } finally {
        signal.removeEventListener('abort', interrupt);
        clearInterval(repeated);
      }
    });
  }

  async #transaction(statement: Statement, connection: DuckDBConnection, signal: AbortSignal): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    await connection.run('BEGIN');
    for (const [index, sql] of statement.sqls.entries()) {
      try {
        outcomes.push(await this.#runPart({ statement, index, sql }, connection, signal));
      } catch (error) {
        await connection.run('ROLLBACK').catch(() => undefined); // the first error is the one that counts
        throw new PartFailure(index, error);
      }
      signal.throwIfAborted(); // closing the connection rolls back
    }
    const outcome = literal(JSON.stringify(outcomes));
    await connection.run(`INSERT INTO local_cloud.applied VALUES (${literal(statement.id)}, ${outcome})`);
    await connection.run('COMMIT');
    return outcomes;
  }

  async #runPart({ statement, index, sql }: Part, connection: DuckDBConnection, signal: AbortSignal): Promise<Outcome> {
    const parsed = parseStatement(sql);
    if (parsed.kind === 'sql') {
      const { rows, result } = await runSql(connection, parsed.sql);
      if (result !== undefined) await this.#results.keep(partId(statement, index), result);
      return { rows, hasResult: result !== undefined };
    }
    return { rows: await this.#transfer(parsed, { statement, index }, connection, signal), hasResult: false };
  }

  async #transfer(
    parsed: Unload | Copy,
    { statement, index }: Omit<Part, 'sql'>,
    connection: DuckDBConnection,
    signal: AbortSignal,
  ): Promise<number> {
    const role = { arn: parsed.role, sessionName: 'RedshiftIamRoleSession' };
    const session = await assumeRole(this.#cloud, this.#self, role).catch((cause: unknown) => {
      throw new SqlError(`User ${statement.owner} is not authorized to assume IAM Role ${parsed.role}`, { cause });
    });
    const folder = path.join(this.#warehouse.scratch, `${statement.id}-${index}`);
    const key = `${statement.id} ${index}`;
    const claim = {
      held: () => this.#claims.get(key) === true,
      take: () => {
        this.#claims.put(key, true);
      },
    };
    const s3 = new S3Objects(this.#cloud, session);
    const transfer = { connection, s3, folder, signal, claim };
    await mkdir(folder);
    try {
      return parsed.kind === 'copy' ? await copy(parsed, transfer) : await unload(parsed, transfer);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

interface Part {
  readonly statement: Statement;
  readonly index: number;
  readonly sql: string;
}

/** What a statement came to that took effect right before a kill. */
async function applied({ id }: Statement, connection: DuckDBConnection): Promise<readonly Outcome[] | undefined> {
  const [row] = await rowsOf(connection, `SELECT outcome FROM local_cloud.applied WHERE id = ${literal(id)}`);
  return row === undefined ? undefined : (JSON.parse(String(row['outcome'])) as Outcome[]);
}

function errorText(error: unknown): string {
  if (error instanceof AwsError)
    return `ERROR: S3ServiceException:${error.message},Status ${error.status},Error ${error.code}`;
  return `ERROR: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
}
