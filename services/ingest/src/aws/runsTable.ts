import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { lineResult, runSummary, type LineResult, type RunSummary } from '@regulabel/contracts/ingest/runSummary.v1';
import { run, type Run } from '@regulabel/shared/tableItems';
import { RegulabelError } from '@regulabel/shared/errors';
import { parse } from '@regulabel/contracts/parse';
import { completionKey, lineResultKey, runKey, RUNS_BY_PURPOSE, type Key } from '@regulabel/shared/tables';

/** The runs table. Reads are consistent, but for the index. */
export class RunsTable {
  readonly #client: DynamoDBClient;
  readonly #name: string;

  constructor(client: DynamoDBClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  async find(runId: string): Promise<Run | undefined> {
    const item = await this.#get(runKey(runId));
    return item && parse(run, item, `run ${runId} in table ${this.#name}`);
  }

  /** Throws `RunUnknown` where {@link find} finds none. */
  async get(runId: string): Promise<Run> {
    const found = await this.find(runId);
    if (found) return found;
    throw new RegulabelError('RunUnknown', `there is no run ${runId} in table ${this.#name}`);
  }

  /** Puts a run that is not there yet. Answers `false`, having written nothing, when it is. */
  async claim(claimed: Run): Promise<boolean> {
    return this.#unlessConditionFails(
      new PutItemCommand({
        TableName: this.#name,
        Item: item({ ...runKey(claimed.runId), ...claimed }),
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  }

  async results(runId: string): Promise<LineResult[]> {
    const items = await this.#query({
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :line)',
      ExpressionAttributeValues: item({ ':pk': runKey(runId).pk, ':line': 'line#' }),
    });
    return items.map((found) => parse(lineResult, found, `a line of run ${runId} in table ${this.#name}`));
  }

  /** Records how a line ended, unless something of a higher standing (see core/standing) is there already. */
  async record(runId: string, result: LineResult, standing: string): Promise<void> {
    await this.#unlessConditionFails(
      new PutItemCommand({
        TableName: this.#name,
        Item: item({ ...lineResultKey(runId, result), ...result, standing }),
        ConditionExpression: 'attribute_not_exists(pk) OR standing < :standing',
        ExpressionAttributeValues: item({ ':standing': standing }),
      }),
    );
  }

  async completion(runId: string, revision: number): Promise<RunSummary | undefined> {
    const found = await this.#get(completionKey(runId, revision));
    return found && parse(runSummary, found, `completion ${revision} of run ${runId} in table ${this.#name}`);
  }

  /**
   * Closes a run with its next revision: the run's row and what the revision says, both or none. Answers `false`,
   * having written nothing, when another revision came between.
   */
  async complete(completion: RunSummary): Promise<boolean> {
    const { runId, revision, closedAt } = completion;
    try {
      await this.#client.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            {
              Update: {
                TableName: this.#name,
                Key: item({ ...runKey(runId) }),
                UpdateExpression: 'SET #status = :closed, closedAt = :closedAt, revision = :revision',
                ConditionExpression: 'revision = :before',
                ExpressionAttributeNames: { '#status': 'status' },
                ExpressionAttributeValues: item({
                  ':closed': 'closed',
                  ':closedAt': closedAt,
                  ':revision': revision,
                  ':before': revision - 1,
                }),
              },
            },
            { Put: { TableName: this.#name, Item: item({ ...completionKey(runId, revision), ...completion }) } },
          ],
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof TransactionCanceledException && cameSecond(error)) return false;
      throw error;
    }
  }

  /** Remembers that the events up to this revision are on the bus. */
  async announced(runId: string, revision: number): Promise<void> {
    await this.#unlessConditionFails(
      new UpdateItemCommand({
        TableName: this.#name,
        Key: item({ ...runKey(runId) }),
        UpdateExpression: 'SET announced = :revision',
        ConditionExpression: 'announced < :revision',
        ExpressionAttributeValues: item({ ':revision': revision }),
      }),
    );
  }

  /** All runs of a purpose, as the index has them: perhaps not the latest. */
  async ofPurpose(purpose: Run['purpose']): Promise<Run[]> {
    const items = await this.#query({
      IndexName: RUNS_BY_PURPOSE,
      KeyConditionExpression: 'purpose = :purpose',
      ExpressionAttributeValues: item({ ':purpose': purpose }),
    });
    return items.map((found) => parse(run, found, `a run in table ${this.#name}`));
  }

  async #get(key: Key): Promise<Record<string, unknown> | undefined> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#name, Key: item({ ...key }), ConsistentRead: true }),
    );
    return Item && unmarshall(Item);
  }

  async #query(input: Omit<QueryCommandInput, 'TableName'>): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    let start: Record<string, AttributeValue> | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({ ...input, TableName: this.#name, ExclusiveStartKey: start }),
      );
      items.push(...(page.Items ?? []).map((found) => unmarshall(found)));
      start = page.LastEvaluatedKey;
    } while (start);
    return items;
  }

  async #unlessConditionFails(command: PutItemCommand | UpdateItemCommand): Promise<boolean> {
    try {
      await (command instanceof PutItemCommand ? this.#client.send(command) : this.#client.send(command));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

/** Somebody else wrote the run's row before, or is writing it now. */
const cameSecond = ({ CancellationReasons: reasons = [] }: TransactionCanceledException): boolean =>
  reasons.some(({ Code }) => Code === 'ConditionalCheckFailed' || Code === 'TransactionConflict');

const item = (value: Record<string, unknown>): Record<string, AttributeValue> =>
  marshall(value, { removeUndefinedValues: true });
