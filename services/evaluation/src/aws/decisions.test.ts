import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { decision as contract } from '@regulabel/contracts/evaluation/decision.v1';
import { winner as winnerContract } from '@regulabel/shared/tableItems';
import { mockClient } from 'aws-sdk-client-mock';
import { decide, heldInstead } from '../core/decision.ts';
import { inputFor, scoresOf, trained, winner } from '../evaluation.fixture.ts';
import { decisionItem, readDecisionOfRun, recordingOf } from './decisions.ts';

const at = '2026-11-01T05:00:00Z';
const uri = 's3://registry/scores/x/scores.json';
const first = decide(inputFor(undefined), { uri, report: scoresOf() }, at);
const better = decide(inputFor(winner), { uri, report: scoresOf({ winnerMacroF1: 0.8 }) }, at);
const rejected = decide(inputFor(winner), { uri, report: scoresOf({ winnerMacroF1: 0.95 }) }, at);

describe('recordingOf', () => {
  it('appends the decision under its line and id, unless it is there', () => {
    const [append] = recordingOf(better, 'winners');
    expect(append!.Put).toMatchObject({ TableName: 'winners', ConditionExpression: 'attribute_not_exists(pk)' });
    const item = unmarshall(append!.Put!.Item!);
    expect(item).toMatchObject({ pk: 'DE/weee', sk: `decision#${better.decisionId}` });
    expect(contract.parse(item)).toEqual(better);
  });

  it('moves the pointer only while it names the winner that the candidate was measured against', () => {
    const [, move] = recordingOf(better, 'winners');
    expect(move!.Put).toMatchObject({
      TableName: 'winners',
      ConditionExpression: 'decisionId = :pinned',
      ExpressionAttributeValues: { ':pinned': { S: winner.decisionId } },
    });
    const item = unmarshall(move!.Put!.Item!);
    expect(item).toMatchObject({ pk: 'DE/weee', sk: 'winner' });
    expect(winnerContract.parse(item)).toMatchObject({ model: trained.model.name, decisionId: better.decisionId });
  });

  it('puts the first pointer of a line only where there is none', () => {
    const [, put] = recordingOf(first, 'winners');
    expect(put!.Put!.ConditionExpression).toBe('attribute_not_exists(pk)');
    expect(put!.Put!.ExpressionAttributeValues).toBeUndefined();
  });

  it('leaves the pointer where it is on a rejection, which counts under the same condition', () => {
    expect(recordingOf(rejected, 'winners')[1]).toEqual({
      ConditionCheck: {
        TableName: 'winners',
        Key: { pk: { S: 'DE/weee' }, sk: { S: 'winner' } },
        ConditionExpression: 'decisionId = :pinned',
        ExpressionAttributeValues: { ':pinned': { S: winner.decisionId } },
      },
    });
  });
});

describe('readDecisionOfRun', () => {
  const dynamodb = mockClient(DynamoDBClient);
  beforeEach(() => {
    dynamodb.reset();
  });
  const read = () =>
    readDecisionOfRun(new DynamoDBClient({}), 'winners', { country: 'DE', scheme: 'weee' }, trained.runId);
  const earlier = heldInstead({ ...better, decisionId: 'e'.repeat(32), decidedAt: '2026-11-01T04:00:00Z' });

  it('takes the last one of the run, over all pages', async () => {
    dynamodb
      .on(QueryCommand)
      .resolvesOnce({ Items: [decisionItem(better)], LastEvaluatedKey: { pk: { S: 'DE/weee' } } })
      .resolvesOnce({ Items: [decisionItem(earlier)] });
    expect(await read()).toEqual(better);
    expect(dynamodb.commandCalls(QueryCommand)[0]!.args[0].input).toMatchObject({
      ConsistentRead: true,
      ExpressionAttributeValues: {
        ':line': { S: 'DE/weee' },
        ':decisions': { S: 'decision#' },
        ':run': { S: trained.runId },
      },
    });
  });

  it('gives undefined where the run decided nothing', async () => {
    dynamodb.on(QueryCommand).resolves({});
    expect(await read()).toBeUndefined();
  });

  it('names the line whose decision is not what it should be', async () => {
    dynamodb.on(QueryCommand).resolves({ Items: [{ ...decisionItem(better), outcome: { S: 'perhaps' } }] });
    await expect(read()).rejects.toThrow(/a decision on DE\/weee.*outcome/);
  });
});
