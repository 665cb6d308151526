import { GetItemCommand, QueryCommand, type AttributeValue, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { lineResult } from '@regulabel/contracts/ingest/runSummary.v1';
import { run, type Run } from '@regulabel/shared/tableItems';
import { runsTable } from '@regulabel/shared/names';
import { parse } from '@regulabel/contracts/parse';
import { runKey, RUNS_BY_PURPOSE } from '@regulabel/shared/tables';
import type { Session } from '../session.ts';

/** How a line ended; `standing` is another one whenever another answer counts, if only the same once more. */
const answer = lineResult.extend({ standing: z.string().optional() });
export type Answer = z.infer<typeof answer>;

/** A run and the lines that have ended in it so far. */
export interface RunState {
  readonly run: Run;
  readonly results: readonly Answer[];
}

/** The run with this id as it stands now; undefined before `plan` has put it. */
export async function readRun({ dynamodb, place }: Session, runId: string): Promise<RunState | undefined> {
  const table = runsTable(place);
  const { Item } = await dynamodb.send(
    new GetItemCommand({ TableName: table, Key: marshall(runKey(runId)), ConsistentRead: true }),
  );
  if (Item === undefined) return undefined;
  const items = await query(dynamodb, {
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :line)',
    ExpressionAttributeValues: marshall({ ':pk': runKey(runId).pk, ':line': 'line#' }),
  });
  return {
    run: parse(run, unmarshall(Item), `run ${runId}`),
    results: items.map((item) => parse(answer, unmarshall(item), `a line of run ${runId}`)),
  };
}

/** All runs of a purpose, the latest first. */
export async function listRuns({ dynamodb, place }: Session, purpose: Run['purpose']): Promise<Run[]> {
  const items = await query(dynamodb, {
    TableName: runsTable(place),
    IndexName: RUNS_BY_PURPOSE,
    KeyConditionExpression: 'purpose = :purpose',
    ExpressionAttributeValues: marshall({ ':purpose': purpose }),
    ScanIndexForward: false,
  });
  return items.map((item) => parse(run, unmarshall(item), 'an item of the runs table'));
}

async function query(
  client: DynamoDBClient,
  input: ConstructorParameters<typeof QueryCommand>[0],
): Promise<Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({ ...input, ...(start === undefined ? {} : { ExclusiveStartKey: start }) }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}
