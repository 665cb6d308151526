import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { catalogueInForce, type CatalogueInForce } from '@regulabel/shared/tableItems';
import { RegulabelError } from '@regulabel/shared/errors';
import { parse } from '@regulabel/contracts/parse';
import { catalogueInForceKey } from '@regulabel/shared/tables';

/** Which catalogue is in force: one item of the runs table. */
export class CataloguePointer {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async find(): Promise<CatalogueInForce | undefined> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: marshall(catalogueInForceKey), ConsistentRead: true }),
    );
    return Item && parse(catalogueInForce, unmarshall(Item), `the catalogue in force in table ${this.#table}`);
  }

  /** Throws `CatalogueMissing` before the first one is published. */
  async inForce(): Promise<CatalogueInForce> {
    const found = await this.find();
    if (found) return found;
    throw new RegulabelError(
      'CatalogueMissing',
      'no catalogue is in force: invoke the function regulabel-<stage>-publish-catalogue with one as its payload',
    );
  }

  /** Throws `CatalogueContended` when another catalogue than `next.previousVersion` is in force by now. */
  async move(next: CatalogueInForce): Promise<void> {
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: marshall({ ...catalogueInForceKey, ...next }, { removeUndefinedValues: true }),
          ...(next.previousVersion === undefined
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : {
                ConditionExpression: 'version = :previous',
                ExpressionAttributeValues: marshall({ ':previous': next.previousVersion }),
              }),
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      throw new RegulabelError(
        'CatalogueContended',
        'somebody else published a catalogue at the same time: look at what is in force now, then publish again',
        { cause: error },
      );
    }
  }

  async announced({ version, publishedAt }: CatalogueInForce): Promise<void> {
    await this.#client.send(
      new UpdateItemCommand({
        TableName: this.#table,
        Key: marshall(catalogueInForceKey),
        UpdateExpression: 'SET announced = :yes',
        ConditionExpression: 'version = :version AND publishedAt = :publishedAt',
        ExpressionAttributeValues: marshall({ ':yes': true, ':version': version, ':publishedAt': publishedAt }),
      }),
    );
  }
}
