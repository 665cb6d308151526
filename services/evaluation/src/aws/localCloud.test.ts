import { DynamoDBClient, ScanCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readWinner } from '@regulabel/shared/aws/winners';
import type { Decision } from '@regulabel/contracts/evaluation/decision.v1';
import { createTable, startLocalCloud, type LocalCloud } from '@regulabel/testing/localCloud';
import { decide } from '../core/decision.ts';
import { inputFor, scoresOf, trained, winner } from '../evaluation.fixture.ts';
import { readDecisionOfRun, recordingOf } from './decisions.ts';

const uri = 's3://registry/scores/x/scores.json';
const cancelled = (...codes: string[]) => ({
  name: 'TransactionCanceledException',
  CancellationReasons: codes.map((Code) => expect.objectContaining({ Code })),
});

let cloud: LocalCloud;
let client: DynamoDBClient;
let table: string;
beforeAll(async () => {
  cloud = await startLocalCloud();
  client = new DynamoDBClient(cloud.clientConfig);
  table = await createTable(client, new URL('../../resources/storage.yml', import.meta.url));
});
afterAll(async () => {
  client.destroy();
  await cloud.stop();
});

/** Each test has a line, and so an item collection, of its own. */
const on = (scheme: string, decision: Decision, decisionId: string): Decision => ({ ...decision, scheme, decisionId });
const first = (scheme: string) =>
  on(scheme, decide(inputFor(undefined), { uri, report: scoresOf() }, '2026-10-01T04:00:00.000Z'), winner.decisionId);
/** A candidate that was measured against the winner that {@link first} makes. */
const second = (scheme: string, decisionId: string, winnerMacroF1 = 0.8) =>
  on(
    scheme,
    decide(inputFor(winner), { uri, report: scoresOf({ winnerMacroF1 }) }, '2026-11-01T04:00:00.000Z'),
    decisionId,
  );

const record = (decision: Decision) =>
  client.send(new TransactWriteItemsCommand({ TransactItems: recordingOf(decision, table) }));
const pointer = async (scheme: string) => (await readWinner(client, table, { country: 'DE', scheme }))?.decisionId;
const items = async (scheme: string) =>
  (
    await client.send(
      new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        FilterExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: `DE/${scheme}` } },
      }),
    )
  ).Items?.map(({ sk }) => sk?.S).sort();

const [a, b] = ['a'.repeat(32), 'b'.repeat(32)] as const;

describe('the transaction that records a decision', () => {
  it("puts a line's first pointer, then moves it", async () => {
    await record(first('moves'));
    expect(await pointer('moves')).toBe(winner.decisionId);
    await record(second('moves', a));
    expect(await pointer('moves')).toBe(a);
    expect(await items('moves')).toEqual([`decision#${a}`, `decision#${winner.decisionId}`, 'winner']);
    expect(await readDecisionOfRun(client, table, { country: 'DE', scheme: 'moves' }, trained.runId)).toMatchObject({
      decisionId: a,
    });
  });

  it('writes nothing for a candidate that was measured against a winner of the past', async () => {
    await record(first('stale'));
    await record(second('stale', a));
    await expect(record(second('stale', b))).rejects.toMatchObject(cancelled('None', 'ConditionalCheckFailed'));
    expect(await pointer('stale')).toBe(a);
    expect(await items('stale')).not.toContain(`decision#${b}`);
  });

  it('writes no rejection against a winner of the past either', async () => {
    await record(first('rejected'));
    await record(second('rejected', a));
    const rejected = second('rejected', b, 0.95);
    expect(rejected.outcome).toBe('rejected');
    await expect(record(rejected)).rejects.toMatchObject(cancelled('None', 'ConditionalCheckFailed'));
    expect(await items('rejected')).not.toContain(`decision#${b}`);
  });

  it('lets one of two candidates win that were pinned on the same winner at the same time', async () => {
    await record(first('raced'));
    const outcomes = await Promise.allSettled([a, b].map((decisionId) => record(second('raced', decisionId))));
    const won = [a, b].filter((_, index) => outcomes[index]?.status === 'fulfilled');
    expect(won).toHaveLength(1);
    expect(await pointer('raced')).toBe(won[0]);
    expect(await items('raced')).toEqual([`decision#${won[0]!}`, `decision#${winner.decisionId}`, 'winner'].sort());
  });

  it("lets one of two first models be a line's first winner", async () => {
    const firsts = [a, b].map((decisionId) => ({ ...first('firsts'), decisionId }));
    const outcomes = await Promise.allSettled(firsts.map(record));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await items('firsts')).toHaveLength(2);
  });

  it('is refused when it is sent again, with the decision there and the pointer on it', async () => {
    await record(first('again'));
    await record(second('again', a));
    await expect(record(second('again', a))).rejects.toMatchObject(
      cancelled('ConditionalCheckFailed', 'ConditionalCheckFailed'),
    );
    expect(await pointer('again')).toBe(a);
  });
});
