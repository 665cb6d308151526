import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { Caller, Cloud, Input, Operation, Output, Service } from '../aws.ts';
import { notSupported, operation } from '../operation.ts';
import { Engine, type Table } from './engine.ts';
import { action, Transactions } from './transactions.ts';

/** DynamoDB: dynalite's engine, and what it lacks: transactions, and the key of a table. */
export async function createDynamodb(cloud: Cloud): Promise<Service> {
  const folder = join(cloud.stateDir, 'dynamodb');
  mkdirSync(folder, { recursive: true });
  const engine = new Engine(cloud.account, cloud.region, folder);
  const keys = new TableKeys(engine);
  const transactions = new Transactions(cloud, engine);
  await activateTables(engine);
  await transactions.rollForward();

  const turns = new Turns();
  const read =
    (name: string): Operation =>
    (input) =>
      engine.run(name, input);
  const write =
    (name: string): Operation =>
    (input) =>
      turns.take(() => engine.run(name, input));
  return {
    name: 'dynamodb',
    guardOf: async (arn) => ({ key: await keys.of(arn.split('/')[1] ?? '') }),
    operations: {
      CreateTable: (input, caller) => turns.take(() => createTable(cloud, engine, input, caller)),
      DescribeTable: async (input) => {
        const { Table } = await engine.run('DescribeTable', input);
        return { Table: { ...(Table as Table), TableThroughputModeSummary: undefined } }; // dynalite's, not AWS's
      },
      ListTables: read('ListTables'),
      BatchGetItem: read('BatchGetItem'),
      GetItem: read('GetItem'),
      Query: read('Query'),
      Scan: read('Scan'),
      PutItem: write('PutItem'),
      UpdateItem: write('UpdateItem'),
      TransactWriteItems: operation(
        { TransactItems: z.array(action), ClientRequestToken: z.string().min(1).max(36).optional() },
        ({ TransactItems, ClientRequestToken }) =>
          turns.take(() => transactions.write(TransactItems, ClientRequestToken)),
      ),
    },
    // What is under way ends before the files are closed.
    close: () => turns.take(() => engine.close()),
  };
}

/** One piece of work at a time: no write comes between the reads and the writes of a transaction. */
class Turns {
  #last: Promise<unknown> = Promise.resolve();

  async take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return await turn;
  }
}

const encryption = z
  .strictObject({ Enabled: z.literal(true), SSEType: z.literal('KMS'), KMSMasterKeyId: z.string() })
  .optional();

/** As DynamoDB, it answers CREATING; unlike there, the table is ready by then. */
async function createTable(cloud: Cloud, engine: Engine, input: Input, caller: Caller): Promise<Output> {
  const { SSESpecification, ...definition } = input;
  const described = await describeEncryption(cloud, SSESpecification, caller);
  const { TableDescription } = await engine.run('CreateTable', definition);
  // dynalite changes its own copy.
  const created = { ...(TableDescription as Table) };
  let table: Table = created;
  for (; table.TableStatus !== 'ACTIVE'; table = await engine.table(created.TableName)) await setImmediate();
  await engine.putTable({ ...table, ...described });
  return { TableDescription: { ...created, ...described } };
}

async function describeEncryption(cloud: Cloud, specification: unknown, caller: Caller): Promise<object> {
  const { data, success } = encryption.safeParse(specification);
  if (!success) throw notSupported('Encryption of a table without a key of your own');
  if (data === undefined) return {};
  const { KeyMetadata } = await cloud.call('kms', 'DescribeKey', { KeyId: data.KMSMasterKeyId }, caller);
  const { Arn } = KeyMetadata as { Arn: string };
  return { SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: Arn } };
}

/** The keys of tables, which never change. */
class TableKeys {
  readonly #engine: Engine;
  readonly #known = new Map<string, string | undefined>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async of(table: string): Promise<string | undefined> {
    if (this.#known.has(table)) return this.#known.get(table);
    const { TableNames } = await this.#engine.run('ListTables', {});
    if (!(TableNames as string[]).includes(table)) return undefined;
    const key = (await this.#engine.table(table)).SSEDescription?.KMSMasterKeyArn;
    this.#known.set(table, key);
    return key;
  }
}

/** A kill may leave a table behind that was just being created. */
async function activateTables(engine: Engine): Promise<void> {
  const { TableNames } = await engine.run('ListTables', {});
  for (const name of TableNames as string[]) {
    const table = await engine.table(name);
    if (table.TableStatus === 'CREATING') await engine.putTable(table);
  }
}
