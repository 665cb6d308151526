import { GetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { winner, type Winner } from '@regulabel/shared/tableItems';
import { lineName, type Line } from '@regulabel/contracts/values';
import { parse } from '@regulabel/contracts/parse';
import { winnerKey } from '../tables.ts';

/** The winner of a line as of now (a consistent read), or `undefined` before the first promotion. */
export async function readWinner(client: DynamoDBClient, table: string, line: Line): Promise<Winner | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: table, Key: marshall(winnerKey(line)), ConsistentRead: true }),
  );
  return Item && parse(winner, unmarshall(Item), `the winner of ${lineName(line)} in table ${table}`);
}
