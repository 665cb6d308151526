import { paginateQuery, type DynamoDBClient, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { decision as contract, type Decision } from '@regulabel/contracts/evaluation/decision.v1';
import { lineName, type Line } from '@regulabel/contracts/values';
import { parse, parseStrictly } from '@regulabel/contracts/parse';
import { decisionKey, winnerKey } from '@regulabel/shared/tables';
import { winnerOf } from '../core/decision.ts';

/** A decision as an item of the winners table. */
export const decisionItem = (decision: Decision) =>
  marshall(
    {
      ...decisionKey(decision, decision.decisionId),
      ...parseStrictly(contract, decision, `decision ${decision.decisionId}`),
    },
    { removeUndefinedValues: true },
  );

/**
 * The items of the transaction that records a decision: appended once; a promotion moves the pointer. All of it only
 * while the line's winner is still the one that the candidate was compared with (none, for a first model).
 */
export function recordingOf(decision: Decision, table: string): TransactWriteItem[] {
  const stillTheWinner =
    decision.winner === undefined
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: 'decisionId = :pinned',
          ExpressionAttributeValues: { ':pinned': { S: decision.winner.decisionId } },
        };
  return [
    {
      Put: {
        TableName: table,
        Item: decisionItem(decision),
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    },
    decision.outcome === 'promoted'
      ? {
          Put: {
            TableName: table,
            Item: marshall({ ...winnerKey(decision), ...winnerOf(decision) }),
            ...stillTheWinner,
          },
        }
      : { ConditionCheck: { TableName: table, Key: marshall(winnerKey(decision)), ...stillTheWinner } },
  ];
}

/** The last decision of a run on a line, or `undefined` when there is none. */
export async function readDecisionOfRun(
  client: DynamoDBClient,
  table: string,
  line: Line,
  runId: string,
): Promise<Decision | undefined> {
  const decisions: Decision[] = [];
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      KeyConditionExpression: 'pk = :line AND begins_with(sk, :decisions)',
      FilterExpression: 'runId = :run',
      ExpressionAttributeValues: marshall({
        ':line': lineName(line),
        ':decisions': decisionKey(line, '').sk,
        ':run': runId,
      }),
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) {
    decisions.push(...Items.map((item) => parse(contract, unmarshall(item), `a decision on ${lineName(line)}`)));
  }
  return decisions.sort((a, b) => (a.decidedAt < b.decidedAt ? -1 : 1)).at(-1);
}
