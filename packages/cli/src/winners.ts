import { ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { decision, type Decision } from '@regulabel/contracts/evaluation/decision.v1';
import { winner, type Winner } from '@regulabel/shared/tableItems';
import { winnersTable } from '@regulabel/shared/names';
import { parse } from '@regulabel/contracts/parse';
import { decisionKey, winnerKey } from '@regulabel/shared/tables';
import type { Session } from './session.ts';

const NO_LINE = { country: '', scheme: '' };

/** The present winner of every line that has one, by country and scheme. */
export async function readWinners(session: Session): Promise<Winner[]> {
  const items = await scan(session, 'sk = :sk', { ':sk': { S: winnerKey(NO_LINE).sk } });
  return items
    .map((item) => parse(winner, item, 'an item of the winners table'))
    .sort((a, b) => `${a.country}/${a.scheme}`.localeCompare(`${b.country}/${b.scheme}`));
}

/** What was decided in a run, one decision for each line that came so far. */
export async function readDecisions(session: Session, runId: string): Promise<Decision[]> {
  const items = await scan(session, 'begins_with(sk, :sk) AND runId = :run', {
    ':sk': { S: decisionKey(NO_LINE, '').sk },
    ':run': { S: runId },
  });
  return items.map((item) => parse(decision, item, 'an item of the winners table'));
}

/** The winners table is small: a few lines, each with a decision a month. */
async function scan(
  { dynamodb, place }: Session,
  filter: string,
  values: Record<string, AttributeValue>,
): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await dynamodb.send(
      new ScanCommand({
        TableName: winnersTable(place),
        ConsistentRead: true,
        FilterExpression: filter,
        ExpressionAttributeValues: values,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    found.push(...(page.Items ?? []).map((item) => unmarshall(item)));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return found;
}
