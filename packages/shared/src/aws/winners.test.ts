import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { readWinner } from './winners.ts';

const dynamodb = mockClient(DynamoDBClient);
beforeEach(() => {
  dynamodb.reset();
});

const line = { country: 'DE', scheme: 'weee' };
const winner = {
  ...line,
  decisionId: '0123456789abcdef0123456789abcdef',
  model: 'dev-m-0',
  since: '2026-11-01T04:00:00Z',
  runId: 'training-20261101T020000Z',
  metrics: { rows: 100, accuracy: 0.93, macroF1: 0.912 },
};

describe('readWinner', () => {
  const read = () => readWinner(new DynamoDBClient({}), 'winners', line);

  it('reads the pointer consistently and drops its table keys', async () => {
    dynamodb
      .on(GetItemCommand, {
        TableName: 'winners',
        Key: { pk: { S: 'DE/weee' }, sk: { S: 'winner' } },
        ConsistentRead: true,
      })
      .resolves({ Item: marshall({ pk: 'DE/weee', sk: 'winner', ...winner }) });
    expect(await read()).toEqual(winner);
  });

  it('gives undefined for a line without a winner', async () => {
    dynamodb.on(GetItemCommand).resolves({});
    expect(await read()).toBeUndefined();
  });

  it('names the line whose pointer is not what it should be', async () => {
    dynamodb.on(GetItemCommand).resolves({ Item: marshall({ ...winner, model: 1 }) });
    await expect(read()).rejects.toThrow(/the winner of DE\/weee.*model/);
  });
});
