import { ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { winner, type Winner } from '@regulabel/shared/contracts/evaluation/decision.v1';
import { winnersTable } from '@regulabel/shared/names';
import { parse } from '@regulabel/shared/parse';
import { winnerKey } from '@regulabel/shared/tables';
import type { Session } from './session.ts';

/** The present winner of every line that has one, by country and scheme. */
export async function readWinners({ dynamodb, place }: Session): Promise<Winner[]> {
  const winners: Winner[] = [];
  const { sk } = winnerKey({ country: '', scheme: '' });
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await dynamodb.send(
      new ScanCommand({
        TableName: winnersTable(place),
        ConsistentRead: true,
        FilterExpression: 'sk = :winner',
        ExpressionAttributeValues: { ':winner': { S: sk } },
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    winners.push(...(page.Items ?? []).map((item) => parse(winner, unmarshall(item), 'an item of the winners table')));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return winners.sort((a, b) => `${a.country}/${a.scheme}`.localeCompare(`${b.country}/${b.scheme}`));
}
