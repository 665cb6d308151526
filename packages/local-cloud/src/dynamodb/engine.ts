import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { AwsError, type Input } from '../aws.ts';
import { notSupported } from '../operation.ts';

/** An item, or its key, as on the wire: attribute values with their types. */
export type Item = Readonly<Record<string, unknown>>;

/** What dynalite keeps of a table; also what DescribeTable shows of it. */
export interface Table {
  readonly TableName: string;
  readonly TableStatus: string;
  readonly KeySchema: readonly { readonly AttributeName: string }[];
  readonly GlobalSecondaryIndexes?: readonly object[];
  readonly SSEDescription?: { readonly KMSMasterKeyArn: string };
}

type Done<T> = (error: Error | null, value?: T) => void;
interface Database {
  readonly tableDb: { awsAccountId: string; awsRegion: string; put(key: string, value: Table, done: Done<void>): void };
  readonly db: { close(): Promise<void> };
}
type Action = (store: Database, input: Input, done: Done<Input>) => void;
interface Validation {
  readonly types: Readonly<Record<string, unknown>>;
  readonly custom?: unknown;
}

const require = createRequire(import.meta.url);
const database = require('dynalite/db') as {
  create: (options: { path?: string; createTableMs: number }) => Database;
};
const validations = require('dynalite/validations') as {
  checkTypes: (input: Input, types: Validation['types']) => Input;
  checkValidations: (input: Input, types: Validation['types'], custom: unknown, store: Database) => void;
};

/** Members that dynalite does not know, and that change no result here. */
const WITHOUT_EFFECT = new Set(['ConsistentRead', 'Tags']);

/**
 * dynalite's store and operations, called in-process: its HTTP server takes account and region from the environment
 * only, drops members that it does not know, and would be a second door beside the cloud's own.
 */
export class Engine {
  readonly #store: Database;

  /** On disk in `path`, or in memory. */
  constructor(account: string, region: string, path?: string) {
    this.#store = database.create({ createTableMs: 0, ...(path === undefined ? {} : { path }) });
    this.#store.tableDb.awsAccountId = account;
    this.#store.tableDb.awsRegion = region;
  }

  /** Runs an operation by its AWS name. Throws what DynamoDB would refuse. */
  async run(operation: string, input: Input): Promise<Input> {
    const checked = this.check(operation, input);
    const action = require(`dynalite/actions/${lowerFirst(operation)}`) as Action;
    try {
      return (await promisify(action)(this.#store, checked)) ?? {};
    } catch (error) {
      throw asAwsError(error);
    }
  }

  /** Checks the input as far as that goes without looking at a table. Throws, 501 for a member that is unknown here. */
  check(operation: string, input: Input): Input {
    const { types, custom } = require(`dynalite/validations/${lowerFirst(operation)}`) as Validation;
    const unknown = Object.keys(input).filter((member) => !(member in types) && !WITHOUT_EFFECT.has(member));
    if (unknown.length > 0) throw notSupported(`The parameter ${unknown.join(', ')} of ${operation}`);
    try {
      // dynalite works on its input in place.
      const checked = validations.checkTypes(structuredClone(input), types);
      validations.checkValidations(checked, types, custom, this.#store);
      return checked;
    } catch (error) {
      throw asAwsError(error);
    }
  }

  /** The definition of a table. Throws ResourceNotFoundException. */
  async table(TableName: string): Promise<Table> {
    return (await this.run('DescribeTable', { TableName }))['Table'] as Table;
  }

  /** Makes a table known by its definition, ready for use. */
  async putTable(table: Table): Promise<void> {
    const GlobalSecondaryIndexes = table.GlobalSecondaryIndexes?.map((index) => ({ ...index, IndexStatus: 'ACTIVE' }));
    const active = { ...table, TableStatus: 'ACTIVE', ...(GlobalSecondaryIndexes && { GlobalSecondaryIndexes }) };
    const { tableDb } = this.#store;
    await promisify(tableDb.put.bind(tableDb))(table.TableName, active);
  }

  async close(): Promise<void> {
    await this.#store.db.close();
  }
}

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** dynalite's refusals carry the body that DynamoDB answers with. */
function asAwsError(error: unknown): unknown {
  const { statusCode, body } = error as { statusCode?: number; body?: Record<string, string> };
  if (statusCode === undefined || body === undefined) return error;
  const code = (body['__type'] ?? '').split('#').at(-1) ?? '';
  return new AwsError(code, body['message'] ?? body['Message'] ?? '', { status: statusCode, cause: error });
}
