import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AwsError, type Cloud, type Input, type Operation, type Output, type Service } from '../aws.ts';
import { operation } from '../operation.ts';
import { Engine } from './engine.ts';
import { Tables } from './tables.ts';
import { action, Transactions } from './transactions.ts';

const tableName = z.string();

/** DynamoDB: dynalite's engine, and what it lacks: transactions, and settings that are kept and shown. */
export async function createDynamodb(cloud: Cloud): Promise<Service> {
  const folder = join(cloud.stateDir, 'dynamodb');
  mkdirSync(folder, { recursive: true });
  const engine = new Engine(cloud.account, cloud.region, folder);
  const tables = new Tables(cloud, engine);
  const transactions = new Transactions(cloud, engine);
  await tables.activateAll();
  await transactions.rollForward();

  const turns = new Turns();
  const read =
    (name: string): Operation =>
    (input) =>
      engine.run(name, input);
  const write =
    (name: string): Operation =>
    (input) =>
      turns.take(() => writeItem(engine, name, input));
  return {
    name: 'dynamodb',
    operations: {
      CreateTable: (input, caller) => turns.take(() => tables.create(input, caller)),
      DescribeTable: operation({ TableName: tableName }, async ({ TableName }) => ({
        Table: await tables.describe(TableName),
      })),
      ListTables: read('ListTables'),
      GetItem: read('GetItem'),
      Query: read('Query'),
      Scan: read('Scan'),
      BatchGetItem: read('BatchGetItem'),
      PutItem: write('PutItem'),
      UpdateItem: write('UpdateItem'),
      DeleteItem: write('DeleteItem'),
      BatchWriteItem: write('BatchWriteItem'),
      TransactWriteItems: operation(
        { TransactItems: z.array(action), ClientRequestToken: z.string().min(1).max(36).optional() },
        ({ TransactItems, ClientRequestToken }) =>
          turns.take(() => transactions.write(TransactItems, ClientRequestToken)),
      ),
      TransactGetItems: operation(
        {
          TransactItems: z
            .array(z.strictObject({ Get: z.record(z.string(), z.unknown()) }))
            .min(1)
            .max(100),
        },
        ({ TransactItems }) =>
          turns.take(async () => {
            const Responses: Input[] = [];
            for (const { Get } of TransactItems) Responses.push(await engine.run('GetItem', Get));
            return { Responses };
          }),
      ),
      UpdateTimeToLive: operation(
        {
          TableName: tableName,
          TimeToLiveSpecification: z.strictObject({ Enabled: z.boolean(), AttributeName: z.string().min(1).max(255) }),
        },
        async ({ TableName, TimeToLiveSpecification }) => {
          await tables.expireBy(TableName, TimeToLiveSpecification);
          return { TimeToLiveSpecification };
        },
      ),
      DescribeTimeToLive: operation({ TableName: tableName }, async ({ TableName }) => ({
        TimeToLiveDescription: await tables.expiry(TableName),
      })),
      UpdateContinuousBackups: operation(
        {
          TableName: tableName,
          PointInTimeRecoverySpecification: z.strictObject({ PointInTimeRecoveryEnabled: z.boolean() }),
        },
        async ({ TableName, PointInTimeRecoverySpecification }) => ({
          ContinuousBackupsDescription: await tables.backups(TableName, PointInTimeRecoverySpecification),
        }),
      ),
      DescribeContinuousBackups: operation({ TableName: tableName }, async ({ TableName }) => ({
        ContinuousBackupsDescription: await tables.backups(TableName),
      })),
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

/** With ReturnValuesOnConditionCheckFailure, a failed condition comes with the item that failed it. */
async function writeItem(engine: Engine, name: string, input: Input): Promise<Output> {
  const { ReturnValuesOnConditionCheckFailure: wanted, ...rest } = input;
  try {
    return await engine.run(name, rest);
  } catch (error) {
    const failed = error instanceof AwsError && error.code === 'ConditionalCheckFailedException';
    if (!failed || wanted !== 'ALL_OLD') throw error;
    const TableName = String(rest['TableName']);
    const whole = (rest['Key'] ?? rest['Item']) as Input;
    const { KeySchema } = await engine.table(TableName);
    const Key = Object.fromEntries(KeySchema.map(({ AttributeName }) => [AttributeName, whole[AttributeName]]));
    const { Item } = await engine.run('GetItem', { TableName, Key });
    throw new AwsError(error.code, error.message, { members: Item === undefined ? {} : { Item }, cause: error });
  }
}
