import { createHash, randomUUID } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { AwsError, arnOf, servicePrincipal } from '../aws.ts';
import type { Caller, Cloud, Operation, Output, Service } from '../aws.ts';
import type { Config } from '../config.ts';
import { operation } from '../operation.ts';
import { paging } from '../paging.ts';
import type { Collection } from '../store.ts';
import { columns, schemas, tables } from './catalog.ts';
import { Executor, PartFailure } from './executor.ts';
import { Results } from './results.ts';
import { describe, outline, partId, type Statement, type StatementPart } from './statement.ts';
import { Warehouse } from './warehouse.ts';

/** The one workgroup and database that there are, and their tables. */
type WarehouseConfig = Pick<Config['warehouse'], 'workgroup' | 'database' | 'ddl'>;

/** Epoch seconds, fine enough to tell the order in which statements came. */
const now = (): number => (performance.timeOrigin + performance.now()) / 1000;

/** The Redshift Data API on a DuckDB database. Statements run one after another. */
export async function createRedshiftData(cloud: Cloud, config: WarehouseConfig): Promise<Service> {
  const folder = path.join(cloud.stateDir, 'redshift-data');
  return new RedshiftData(cloud, config, await Warehouse.open(folder, config.ddl), folder);
}

const targetMembers = { WorkgroupName: z.string().min(3).max(128), Database: z.string() };
const requestMembers = {
  ...targetMembers,
  StatementName: z.string().max(2048).optional(),
  ClientToken: z.string().min(1).max(64).optional(),
};
const pattern = z.string().default('%');
const paged = { size: 'MaxResults', token: 'NextToken', least: 0 } as const;
const statementsInPages = paging({ ...paged, most: 100 });
const catalogInPages = paging({ ...paged, most: 1000 });
const STATUSES = ['SUBMITTED', 'PICKED', 'STARTED', 'FINISHED', 'ABORTED', 'FAILED', 'ALL'] as const;
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
  readonly #closing = new AbortController();
  /** Of the statements under way. */
  readonly #cancelling = new Map<string, AbortController>();
  #lane: Promise<void> = Promise.resolve();

  constructor(cloud: Cloud, config: WarehouseConfig, warehouse: Warehouse, folder: string) {
    this.#config = config;
    this.#warehouse = warehouse;
    this.#results = new Results(path.join(folder, 'results'));
    const arn = arnOf(cloud, 'redshift-serverless', `workgroup/${config.workgroup}`);
    this.#executor = new Executor(cloud, servicePrincipal('redshift-serverless', arn), warehouse, this.#results);
    this.#statements = cloud.store.collection('redshift-data/statements');
    this.#tokens = cloud.store.collection('redshift-data/client-tokens');
    const listColumns = catalogInPages(
      'ColumnList',
      'name',
      { ...targetMembers, Schema: pattern, Table: pattern },
      (input) => {
        this.#check(input);
        return columns(this.#warehouse, input.Schema, input.Table);
      },
    );
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
      ListStatements: statementsInPages(
        'Statements',
        'Id',
        {
          Status: z.enum(STATUSES).default('FINISHED'),
          StatementName: z.string().default(''),
          RoleLevel: z.boolean().default(true),
          WorkgroupName: targetMembers.WorkgroupName.optional(),
          Database: targetMembers.Database.optional(),
        },
        ({ Status, StatementName, RoleLevel, WorkgroupName, Database }, caller) =>
          this.#all()
            .filter(({ owner, session }) => (RoleLevel ? owner === ownerOf(caller) : session === caller.arn))
            .filter(({ status, name = '' }) => ['ALL', status].includes(Status) && name.startsWith(StatementName))
            .filter((each) => (WorkgroupName ?? each.target.WorkgroupName) === each.target.WorkgroupName)
            .filter((each) => (Database ?? each.target.Database) === each.target.Database)
            .reverse()
            .map(outline),
      ),
      ListSchemas: catalogInPages('Schemas', undefined, { ...targetMembers, SchemaPattern: pattern }, (input) => {
        this.#check(input);
        return schemas(this.#warehouse, input.SchemaPattern);
      }),
      ListTables: catalogInPages(
        'Tables',
        'name',
        { ...targetMembers, SchemaPattern: pattern, TablePattern: pattern },
        (input) => {
          this.#check(input);
          return tables(this.#warehouse, input.SchemaPattern, input.TablePattern);
        },
      ),
      DescribeTable: async (input, caller) => ({ TableName: input['Table'], ...(await listColumns(input, caller)) }),
    };
  }

  /** Statements that a kill interrupted run again: DuckDB has rolled them back, or remembers that they took effect. */
  resume(): void {
    for (const { id, status } of this.#all()) if (status === 'SUBMITTED' || status === 'STARTED') this.#enqueue(id);
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('The local cloud is closing'));
    await this.#lane;
    this.#warehouse.close();
  }

  #submit(request: Request, work: Pick<Statement, 'sqls' | 'batch'>, caller: Caller): Output {
    const { WorkgroupName, Database, ClientToken, StatementName: name } = request;
    this.#check(request);
    const owner = ownerOf(caller);
    const token = ClientToken === undefined ? undefined : digest([owner, ClientToken]);
    const known = token === undefined ? undefined : this.#statements.get(this.#tokens.get(token) ?? '');
    if (known !== undefined) return submitted(known);
    const id = randomUUID();
    const created = now();
    const target = { WorkgroupName, Database };
    const who = { owner, session: caller.arn, name };
    const statement: Statement = { id, ...who, ...work, target, status: 'SUBMITTED', created, updated: created };
    this.#statements.put(id, statement);
    if (token !== undefined) this.#tokens.put(token, id);
    this.#enqueue(id);
    return submitted(statement);
  }

  #check({ WorkgroupName, Database }: Pick<Request, 'WorkgroupName' | 'Database'>): void {
    if (WorkgroupName !== this.#config.workgroup) throw invalid("Redshift endpoint doesn't exist in this region.");
    if (Database !== this.#config.database) throw invalid(`The database ${Database} does not exist.`);
  }

  /** In the order in which they came. */
  #all(): Statement[] {
    const statements = this.#statements.list().map(({ value }) => value);
    return statements.sort((one, other) => one.created - other.created);
  }

  /** One under way is interrupted, and rolled back; should it be through with its work by now, it finishes. */
  #cancel(statement: Statement): Output {
    const { id, status } = statement;
    if (status === 'SUBMITTED') this.#change(statement, aborted(statement));
    else if (status === 'STARTED') this.#cancelling.get(id)?.abort(new Error("Query cancelled on user's request"));
    else throw invalid(`Could not cancel a query that is already in ${status} state with ID: ${id}.`);
    return { Status: true };
  }

  #enqueue(id: string): void {
    this.#lane = this.#lane.then(() => this.#run(id));
  }

  async #run(id: string): Promise<void> {
    const submitted = this.#statements.get(id);
    if (submitted === undefined || submitted.status === 'ABORTED') return;
    const statement: Statement = { ...submitted, status: 'STARTED', started: now() };
    const cancel = new AbortController();
    this.#cancelling.set(id, cancel);
    this.#change(statement, {});
    try {
      this.#closing.signal.throwIfAborted();
      const outcomes = await this.#executor.run(statement, AbortSignal.any([this.#closing.signal, cancel.signal]));
      const parts = outcomes.map((outcome) => ({ status: 'FINISHED', ...outcome }) as const);
      this.#change(statement, { status: 'FINISHED', parts });
    } catch (error) {
      this.#change(statement, cancel.signal.aborted ? aborted(statement) : failureOf(statement, error));
    } finally {
      this.#cancelling.delete(id);
    }
  }

  /** After close nothing is written: what is under way is found unfinished by the next life. */
  #change(statement: Statement, changes: Partial<Statement>): void {
    if (this.#closing.signal.aborted) return;
    this.#statements.put(statement.id, { ...statement, ...changes, updated: now() });
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

const aborted = ({ sqls }: Statement): Partial<Statement> => ({
  status: 'ABORTED',
  parts: sqls.map(() => ({ status: 'ABORTED' })),
});

function failureOf({ sqls, batch }: Statement, error: unknown): Partial<Statement> {
  const failed = error instanceof PartFailure ? error.part : sqls.length;
  const message = error instanceof Error ? error.message : String(error);
  const parts = sqls.map(
    (_, index): StatementPart => (index === failed ? { status: 'FAILED', error: message } : { status: 'ABORTED' }), // rolled back, or never begun
  );
  return { status: 'FAILED', parts, error: batch ? `Query #${failed + 1} failed with ${message}` : message };
}
