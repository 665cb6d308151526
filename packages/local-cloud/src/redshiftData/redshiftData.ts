import { createHash, randomUUID } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { AwsError } from '../aws.ts';
import type { Caller, Cloud, Operation, Output, Service } from '../aws.ts';
import { operation } from '../operation.ts';
import type { Collection } from '../store.ts';
import { Executor, PartFailure, partId } from './executor.ts';
import { Results } from './results.ts';
import { isOver } from './statement.ts';
import type { Statement, StatementPart } from './statement.ts';
import { Warehouse } from './warehouse.ts';

export interface WarehouseConfig {
  /** The one WorkgroupName (or ClusterIdentifier) that there is. */
  readonly workgroup: string;
  readonly database: string;
  /** Run at every start, in order: `CREATE TABLE IF NOT EXISTS ...`. */
  readonly ddl: readonly string[];
}

/** Epoch seconds, fine enough to tell the order in which statements came. */
const now = (): number => (performance.timeOrigin + performance.now()) / 1000;

const CANCELLED = new Error('Query cancelled on user request');
const CLOSED = new Error('The local cloud is closing');

/** The Redshift Data API on a DuckDB database. Statements run one after another. */
export async function createRedshiftData(cloud: Cloud, config: WarehouseConfig): Promise<Service> {
  const folder = path.join(cloud.stateDir, 'redshift-data');
  return new RedshiftData(
    cloud,
    config,
    await Warehouse.open(folder, config.ddl),
    new Results(path.join(folder, 'results')),
  );
}

const requestMembers = {
  WorkgroupName: z.string().min(3).max(128).optional(),
  ClusterIdentifier: z.string().max(2048).optional(),
  Database: z.string().optional(),
  DbUser: z.string().optional(),
  StatementName: z.string().max(2048).optional(),
  ClientToken: z.string().min(1).max(64).optional(),
  WithEvent: z.literal(false).optional(),
};
const sqlText = z.string().min(1).max(100_000);
const statementId = z
  .string()
  .regex(/^[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}(:\d{0,2})?$/, 'must be the Id of a statement');

type Request = z.output<z.ZodObject<typeof requestMembers>>;

class RedshiftData implements Service {
  readonly name = 'redshift-data';
  readonly operations: Readonly<Record<string, Operation>>;
  readonly #config: WarehouseConfig;
  readonly #warehouse: Warehouse;
  readonly #results: Results;
  readonly #executor: Executor;
  readonly #statements: Collection<Statement>;
  readonly #tokens: Collection<string>;
  readonly #underWay = new Map<string, AbortController>();
  #lane: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(cloud: Cloud, config: WarehouseConfig, warehouse: Warehouse, results: Results) {
    this.#config = config;
    this.#warehouse = warehouse;
    this.#results = results;
    this.#executor = new Executor(cloud, warehouse, results);
    this.#statements = cloud.store.collection('redshift-data/statements');
    this.#tokens = cloud.store.collection('redshift-data/client-tokens');
    this.operations = {
      ExecuteStatement: operation({ ...requestMembers, Sql: sqlText }, ({ Sql, ...request }, caller) =>
        this.#submit(request, { sqls: [Sql], batch: false }, caller),
      ),
      BatchExecuteStatement: operation(
        { ...requestMembers, Sqls: z.array(sqlText).min(1).max(40) },
        ({ Sqls, ...request }, caller) => this.#submit(request, { sqls: Sqls, batch: true }, caller),
      ),
      DescribeStatement: operation({ Id: statementId }, ({ Id }, caller) => describe(this.#find(Id, caller))),
      GetStatementResult: operation(
        { Id: statementId, NextToken: z.string().regex(/^\d+$/).optional() },
        (input, caller) => this.#result(input.Id, Number(input.NextToken ?? 0), caller),
      ),
      CancelStatement: operation({ Id: statementId }, ({ Id }, caller) => this.#cancel(this.#find(Id, caller))),
    };
  }

  /** Statements that a kill interrupted run again: DuckDB has rolled them back, or remembers that they took effect. */
  resume(): void {
    const interrupted = this.#statements.list().filter(({ value }) => !isOver(value));
    interrupted.sort((one, other) => one.value.created - other.value.created);
    for (const { key } of interrupted) this.#enqueue(key);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const controller of this.#underWay.values()) controller.abort(CLOSED);
    await this.#lane;
    this.#warehouse.close();
  }

  #submit(request: Request, work: Pick<Statement, 'sqls' | 'batch'>, caller: Caller): Output {
    const target = this.#target(request);
    const owner = ownerOf(caller);
    const token = request.ClientToken === undefined ? undefined : digest([owner, request.ClientToken]);
    const known = token === undefined ? undefined : this.#statements.get(this.#tokens.get(token) ?? '');
    if (known !== undefined) return submitted(known);
    const created = now();
    const statement: Statement = {
      id: randomUUID(),
      owner,
      ...work,
      target,
      ...(request.StatementName === undefined ? {} : { name: request.StatementName }),
      status: 'SUBMITTED',
      created,
      updated: created,
    };
    this.#statements.put(statement.id, statement);
    if (token !== undefined) this.#tokens.put(token, statement.id);
    this.#enqueue(statement.id);
    return submitted(statement);
  }

  /** Checks that the request is for the warehouse that there is. */
  #target(request: Request): Statement['target'] {
    const { WorkgroupName, ClusterIdentifier, Database, DbUser } = request;
    const named = WorkgroupName ?? ClusterIdentifier;
    if (named === undefined || (WorkgroupName !== undefined && ClusterIdentifier !== undefined)) {
      throw invalid('Exactly one of WorkgroupName and ClusterIdentifier is required.');
    }
    if (named !== this.#config.workgroup) throw invalid("Redshift endpoint doesn't exist in this region.");
    if (Database !== this.#config.database) throw invalid(`The database ${Database ?? '(none)'} does not exist.`);
    return {
      ...(WorkgroupName === undefined ? {} : { WorkgroupName }),
      ...(ClusterIdentifier === undefined ? {} : { ClusterIdentifier }),
      Database,
      ...(DbUser === undefined ? {} : { DbUser }),
    };
  }

  #enqueue(id: string): void {
    const controller = new AbortController();
    this.#underWay.set(id, controller);
    this.#lane = this.#lane.then(() => this.#run(id, controller.signal)).finally(() => this.#underWay.delete(id));
  }

  async #run(id: string, signal: AbortSignal): Promise<void> {
    const submitted = this.#statements.get(id);
    if (submitted === undefined || signal.aborted) return;
    const statement: Statement = { ...submitted, started: now() };
    this.#change(statement, { status: 'STARTED' });
    try {
      const outcomes = await this.#executor.run(statement, signal);
      const parts = outcomes.map(({ rows, hasResult }) => ({ status: 'FINISHED', rows, hasResult }) as const);
      this.#change(statement, { status: 'FINISHED', parts });
    } catch (error) {
      if (signal.reason === CANCELLED) this.#change(statement, { status: 'ABORTED', error: CANCELLED.message });
      else this.#change(statement, failureOf(statement, error));
    }
  }

  /** After close nothing is written: what is under way is found unfinished by the next life. */
  #change(statement: Statement, changes: Partial<Statement>): void {
    if (this.#closed) return;
    this.#statements.put(statement.id, { ...statement, ...changes, updated: now() });
  }

  #cancel(statement: Statement): Output {
    if (isOver(statement)) {
      throw invalid(`Could not cancel a query that is already in ${statement.status} state with ID: ${statement.id}`);
    }
    this.#underWay.get(statement.id)?.abort(CANCELLED);
    // One that waits never starts; one that runs is about to end.
    if (statement.status === 'SUBMITTED') this.#change(statement, { status: 'ABORTED', error: CANCELLED.message });
    return { Status: true };
  }

  async #result(id: string, start: number, caller: Caller): Promise<Output> {
    const statement = this.#find(id, caller);
    const index = id.includes(':') ? Number(id.split(':')[1]) - 1 : 0;
    if (statement.parts?.[index]?.hasResult !== true || partId(statement, index) !== id) {
      throw missing('Query does not have result. Please check query status with DescribeStatement.', id);
    }
    return this.#results.page(id, start);
  }

  #find(id: string, caller: Caller): Statement {
    const statement = this.#statements.get(id.replace(/:.*/, ''));
    if (statement?.owner === ownerOf(caller)) return statement;
    throw missing('Query does not exist.', id);
  }
}

const ownerOf = ({ roleArn, arn }: Caller): string => roleArn ?? arn;
const digest = (parts: readonly string[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');
const invalid = (message: string): AwsError => new AwsError('ValidationException', message);
const missing = (message: string, ResourceId: string): AwsError =>
  new AwsError('ResourceNotFoundException', message, { members: { ResourceId } });

const submitted = ({ id, created, target }: Statement): Output => ({ Id: id, CreatedAt: created, ...target });

function failureOf({ sqls, batch }: Statement, error: unknown): Partial<Statement> {
  const failed = error instanceof PartFailure ? error.part : sqls.length;
  const message = error instanceof Error ? error.message : String(error);
  const parts = sqls.map((_, index): StatementPart => {
    if (index === failed) return { status: 'FAILED', error: message };
    return { status: 'ABORTED' }; // rolled back, or never begun
  });
  return { status: 'FAILED', parts, error: batch ? `Query #${failed + 1} failed with ${message}` : message };
}

function describe(statement: Statement): Record<string, unknown> {
  const { id, batch, sqls, parts = [], status, created, updated, started, error } = statement;
  const outcome = (part: StatementPart | undefined) => ({
    HasResultSet: part?.hasResult ?? false,
    ResultRows: part?.rows ?? -1,
    ResultSize: -1,
  });
  const times = { CreatedAt: created, UpdatedAt: updated };
  return {
    Id: id,
    ...statement.target,
    ...times,
    Status: status,
    Duration: started === undefined ? 0 : Math.round((updated - started) * 1e9), // nanoseconds
    ...(error === undefined ? {} : { Error: error }),
    ...(batch
      ? {
          HasResultSet: parts.some(({ hasResult }) => hasResult),
          SubStatements: sqls.map((sql, index) => ({
            Id: partId(statement, index),
            ...times,
            QueryString: sql,
            Status: parts[index]?.status ?? status,
            ...(parts[index]?.error === undefined ? {} : { Error: parts[index].error }),
            ...outcome(parts[index]),
          })),
        }
      : { QueryString: sqls[0], ...outcome(parts[0]) }),
  };
}
