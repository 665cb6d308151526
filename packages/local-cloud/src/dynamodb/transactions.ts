import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError, type Cloud, type Input, type Output } from '../aws.ts';
import { Engine, type Item, type Table } from './engine.ts';

const TOKEN_MS = 600_000;
const MOST_ACTIONS = 100;

const members = {
  TableName: z.string(),
  ConditionExpression: z.string().optional(),
  ExpressionAttributeNames: z.record(z.string(), z.string()).optional(),
  ExpressionAttributeValues: z.record(z.string(), z.unknown()).optional(),
};
const item = z.record(z.string(), z.unknown());

/** One action of TransactWriteItems. */
export const action = z.strictObject({
  Put: z.strictObject({ ...members, Item: item }).optional(),
  Update: z.strictObject({ ...members, Key: item, UpdateExpression: z.string() }).optional(),
  Delete: z.strictObject({ ...members, Key: item }).optional(),
  ConditionCheck: z.strictObject({ ...members, Key: item, ConditionExpression: z.string() }).optional(),
});

/** A condition is checked by a delete that is never carried out. */
const OPERATIONS = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'DeleteItem',
} as const;

interface Step {
  readonly operation: string;
  readonly onlyCheck: boolean;
  readonly input: Input;
  readonly table: Table;
  readonly key: Item;
}

/** What a transaction that holds leaves behind: the item, or nothing. */
interface Write {
  readonly table: string;
  readonly key: Item;
  readonly image?: Item;
}

/**
 * Transactions over an engine that has none. Each is played on an engine in memory that holds its items only; what that
 * leaves is noted in the cloud's store and then written, again after a kill. The caller keeps other writes out meanwhile.
 */
export class Transactions {
  readonly #cloud: Cloud;
  readonly #engine: Engine;
  readonly #intents;
  readonly #tokens;

  constructor(cloud: Cloud, engine: Engine) {
    this.#cloud = cloud;
    this.#engine = engine;
    this.#intents = cloud.store.collection<readonly Write[]>('dynamodb.intent');
    this.#tokens = cloud.store.collection<{ request: string; at: number }>('dynamodb.token');
  }

  /** Completes what a kill interrupted. */
  async rollForward(): Promise<void> {
    for (const { key, value } of this.#intents.list()) await this.#carryOut(key, value);
  }

  /** Throws TransactionCanceledException, with a reason for each action. */
  async write(actions: readonly z.output<typeof action>[], token: string | undefined): Promise<Output> {
    const request = createHash('sha256').update(JSON.stringify(actions)).digest('hex');
    if (token !== undefined && this.#isRepeated(token, request)) return {};
    const writes = await this.#play(await this.#steps(actions));
    const intent = randomUUID();
    this.#cloud.store.transaction(() => {
      this.#intents.put(intent, writes);
      if (token !== undefined) this.#tokens.put(token, { request, at: Date.now() });
    });
    await this.#carryOut(intent, writes);
    return {};
  }

  #isRepeated(token: string, request: string): boolean {
    for (const { key, value } of this.#tokens.list()) if (value.at < Date.now() - TOKEN_MS) this.#tokens.remove(key);
    const known = this.#tokens.get(token);
    if (known === undefined || known.request === request) return known !== undefined;
    throw new AwsError(
      'IdempotentParameterMismatchException',
      'The same idempotent token was used with different parameters within the idempotency window',
    );
  }

  async #steps(actions: readonly z.output<typeof action>[]): Promise<Step[]> {
    if (actions.length === 0 || actions.length > MOST_ACTIONS) {
      throw validation(`1 validation error detected: transactItems must have length 1 to ${MOST_ACTIONS}`);
    }
    const steps: Step[] = [];
    for (const each of actions) {
      const [[name, given] = [], ...more] = Object.entries(each);
      if (name === undefined || given === undefined || more.length > 0) {
        throw validation('TransactItems can only contain one of Check, Put, Update or Delete');
      }
      const operation = OPERATIONS[name as keyof typeof OPERATIONS];
      this.#engine.check(operation, given);
      const table = await this.#engine.table(given.TableName);
      const whole = 'Item' in given ? given.Item : given.Key;
      const key = Object.fromEntries(table.KeySchema.map(({ AttributeName }) => [AttributeName, whole[AttributeName]]));
      steps.push({ operation, onlyCheck: name === 'ConditionCheck', input: given, table, key });
    }
    if (new Set(steps.map(({ table, key }) => JSON.stringify([table.TableName, key]))).size < steps.length) {
      throw validation('Transaction request cannot include multiple operations on one item');
    }
    return steps;
  }

  async #play(steps: readonly Step[]): Promise<Write[]> {
    const scratch = new Engine(this.#cloud.account, this.#cloud.region);
    const reasons: { Code: string; Message?: string }[] = [];
    const writes: Write[] = [];
    for (const { operation, onlyCheck, input, table, key } of steps) {
      const TableName = table.TableName;
      const { Item: old } = await this.#engine.run('GetItem', { TableName, Key: key });
      await scratch.putTable(table);
      if (old !== undefined) await scratch.run('PutItem', { TableName, Item: old });
      try {
        await scratch.run(operation, input);
        reasons.push({ Code: 'None' });
      } catch (error) {
        reasons.push(reason(error));
      }
      const { Item: image } = await scratch.run('GetItem', { TableName, Key: key });
      if (!onlyCheck) writes.push({ table: TableName, key, ...(image !== undefined && { image: image as Item }) });
    }
    await scratch.close();
    const codes = reasons.map(({ Code }) => Code);
    if (codes.every((code) => code === 'None')) return writes;
    throw new AwsError(
      'TransactionCanceledException',
      `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`,
      { members: { CancellationReasons: reasons } },
    );
  }

  async #carryOut(intent: string, writes: readonly Write[]): Promise<void> {
    for (const { table: TableName, key: Key, image: Item } of writes) {
      if (Item === undefined) await this.#engine.run('DeleteItem', { TableName, Key });
      else await this.#engine.run('PutItem', { TableName, Item });
    }
    this.#intents.remove(intent);
  }
}

const validation = (message: string): AwsError => new AwsError('ValidationException', message);

function reason(error: unknown): { Code: string; Message: string } {
  if (!(error instanceof AwsError)) throw error;
  const failed = error.code === 'ConditionalCheckFailedException';
  const Code = failed ? 'ConditionalCheckFailed' : error.code.replace(/Exception$/, 'Error');
  return { Code, Message: error.message };
}
