import { paginateQuery, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { decision, type Decision } from '@regulabel/contracts/evaluation/decision.v1';
import { lineName, type Line } from '@regulabel/contracts/values';
import { parse } from '@regulabel/contracts/parse';
import { decisionKey } from '@regulabel/shared/tables';

/** All decisions on a line, in no order. */
export async function readDecisions(client: DynamoDBClient, table: string, line: Line): Promise<Decision[]> {
  const { pk, sk } = decisionKey(line, '');
  const decisions: Decision[] = [];
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
      ExpressionAttributeValues: marshall({ ':pk': pk, ':sk': sk }),
    },
  );
  for await (const { Items = [] } of pages) {
    for (const item of Items) {
      decisions.push(parse(decision, unmarshall(item), `a decision on ${lineName(line)} in table ${table}`));
    }
  }
  return decisions;
}
