import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  ScanCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
  type AttributeValue,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { internally, type Cloud } from '../aws.ts';
import { Store } from '../store.ts';
import { startLocalCloud, type LocalCloud } from '../testing/localCloud.ts';
import { createDynamodb } from './dynamodb.ts';
import { Engine } from './engine.ts';

const definition = (TableName: string) => ({
  TableName,
  BillingMode: 'PAY_PER_REQUEST' as const,
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' as const },
    { AttributeName: 'kind', AttributeType: 'S' as const },
  ],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byKind',
      KeySchema: [{ AttributeName: 'kind', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'ALL' as const },
    },
  ],
});

describe('DynamoDB', () => {
  let cloud: LocalCloud;
  let db: DynamoDBClient;
  const TableName = 'items';
  const put = (pk: string, rest: Record<string, AttributeValue> = {}) => ({
    TableName,
    Item: { pk: { S: pk }, ...rest },
  });
  const get = async (pk: string) =>
    (await db.send(new GetItemCommand({ TableName, Key: { pk: { S: pk } }, ConsistentRead: true }))).Item;
  const transact = (TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
    db.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
  const absent = { ConditionExpression: 'attribute_not_exists(pk)' };

  beforeAll(async () => {
    cloud = await startLocalCloud();
    db = new DynamoDBClient(cloud.clientConfig);
    await db.send(new CreateTableCommand(definition(TableName)));
  });
  afterAll(async () => {
    db.destroy();
    await cloud.stop();
  });

  it('creates a table that can be used at once, with the ARN of the account', async () => {
    const { TableDescription } = await db.send(new CreateTableCommand(definition('other')));
    expect(TableDescription).toMatchObject({
      TableStatus: 'CREATING',
      TableArn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/other',
    });
    const { Table } = await db.send(new DescribeTableCommand({ TableName: 'other' }));
    expect(Table).toMatchObject({ TableStatus: 'ACTIVE' });
    await expect(db.send(new CreateTableCommand(definition('other')))).rejects.toBeInstanceOf(ResourceInUseException);
  });

  it('keeps and shows the key of a table', async () => {
    const { KeyMetadata } = await cloud.cloud.call('kms', 'CreateKey', {}, internally('cloudformation'));
    const { Arn } = KeyMetadata as { Arn: string };
    const kept = { TableName: 'kept' };
    await db.send(
      new CreateTableCommand({
        ...definition('kept'),
        SSESpecification: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: Arn },
      }),
    );
    expect((await db.send(new DescribeTableCommand(kept))).Table).toMatchObject({
      TableStatus: 'ACTIVE',
      SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: Arn },
    });
  });

  it('refuses what would change a result and is not there', async () => {
    const StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' as const };
    await expect(
      db.send(new CreateTableCommand({ ...definition('streamed'), StreamSpecification })),
    ).rejects.toMatchObject({ name: 'NotImplemented' });
    const DeletionProtectionEnabled = true;
    await expect(
      db.send(new CreateTableCommand({ ...definition('protected'), DeletionProtectionEnabled })),
    ).rejects.toMatchObject({ name: 'NotImplemented' });
    const SSESpecification = { Enabled: true };
    await expect(db.send(new CreateTableCommand({ ...definition('default'), SSESpecification }))).rejects.toMatchObject(
      { name: 'NotImplemented' },
    );
    const TimeToLiveSpecification = { Enabled: true, AttributeName: 'until' };
    await expect(db.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }))).rejects.toMatchObject({
      name: 'NotImplemented',
    });
    const ReturnValuesOnConditionCheckFailure = 'ALL_OLD';
    await expect(
      db.send(new PutItemCommand({ ...put('x'), ReturnValuesOnConditionCheckFailure })),
    ).rejects.toMatchObject({ name: 'NotImplemented' });
    await expect(
      db.send(new CreateTableCommand({ ...definition('class'), TableClass: 'STANDARD_INFREQUENT_ACCESS' })),
    ).rejects.toMatchObject({ name: 'NotImplemented' });
  });

  it('writes all of a transaction, indexes included', async () => {
    await db.send(new PutItemCommand(put('counter', { n: { N: '1' } })));
    await db.send(new PutItemCommand(put('gone')));
    await transact([
      { Put: { ...put('new', { kind: { S: 'k' } }), ...absent } },
      {
        Update: {
          TableName,
          Key: { pk: { S: 'counter' } },
          UpdateExpression: 'SET n = n + :one, kind = :k',
          ConditionExpression: 'n = :one',
          ExpressionAttributeValues: { ':one': { N: '1' }, ':k': { S: 'k' } },
        },
      },
      { Delete: { TableName, Key: { pk: { S: 'gone' } } } },
      { ConditionCheck: { TableName, Key: { pk: { S: 'nobody' } }, ...absent } },
    ]);
    expect(await get('gone')).toBeUndefined();
    expect(await get('nobody')).toBeUndefined();
    const { Items } = await db.send(
      new QueryCommand({
        TableName,
        IndexName: 'byKind',
        KeyConditionExpression: 'kind = :k',
        ExpressionAttributeValues: { ':k': { S: 'k' } },
      }),
    );
    expect(Items!.map(({ pk, n }) => [pk?.S, n?.N]).sort()).toEqual([
      ['counter', '2'],
      ['new', undefined],
    ]);
  });

  it('writes nothing of a transaction with one failed condition, and says which', async () => {
    await db.send(new PutItemCommand(put('held', { n: { N: '7' } })));
    const refused = transact([{ Put: put('beside') }, { Put: { ...put('held'), ...absent } }]);
    await expect(refused).rejects.toBeInstanceOf(TransactionCanceledException);
    await expect(refused).rejects.toMatchObject({
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' },
      ],
    });
    expect(await get('beside')).toBeUndefined();
  });

  it('cancels for an update that its item does not take', async () => {
    await db.send(new PutItemCommand(put('text', { n: { S: 'x' } })));
    const Update = {
      TableName,
      Key: { pk: { S: 'text' } },
      UpdateExpression: 'SET n = n + :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    };
    await expect(transact([{ Update }])).rejects.toMatchObject({ CancellationReasons: [{ Code: 'ValidationError' }] });
  });

  it('lets one of many concurrent transactions and writes win', async () => {
    const tries = Array.from({ length: 8 }, (_, n) =>
      n % 2 === 0
        ? transact([{ Put: { ...put('race', { n: { N: String(n) } }), ...absent } }, { Put: put(`mark-${n}`) }])
        : db.send(new PutItemCommand({ ...put('race', { n: { N: String(n) } }), ...absent })),
    );
    const results = await Promise.allSettled(tries);
    const won = results.flatMap(({ status }, n) => (status === 'fulfilled' ? [String(n)] : []));
    expect(won).toEqual([(await get('race'))?.['n']?.N]);
  });

  it('takes a repeated request with the same token as done', async () => {
    const Update = {
      TableName,
      Key: { pk: { S: 'once' } },
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    };
    await transact([{ Update }], 'token');
    await transact([{ Update }], 'token');
    expect((await get('once'))?.['n']).toEqual({ N: '1' });
    await expect(transact([{ Put: put('else') }], 'token')).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
  });

  it.each<[string, TransactWriteItem[], object]>([
    [
      'two actions on one item',
      [{ Put: put('x') }, { Delete: { TableName, Key: { pk: { S: 'x' } } } }],
      { name: 'ValidationException' },
    ],
    [
      'an entry with two actions',
      [{ Put: put('x'), Delete: { TableName, Key: { pk: { S: 'y' } } } }],
      { name: 'ValidationException' },
    ],
    [
      'a malformed expression',
      [{ Put: { ...put('x'), ConditionExpression: 'no such(' } }],
      { name: 'ValidationException' },
    ],
    ['a missing table', [{ Put: { ...put('x'), TableName: 'missing' } }], { name: ResourceNotFoundException.name }],
  ])('refuses a transaction with %s', async (_, items, error) => {
    await expect(transact(items)).rejects.toMatchObject(error);
  });

  it('updates and scans', async () => {
    const { Attributes } = await db.send(
      new UpdateItemCommand({
        TableName,
        Key: { pk: { S: 'scanned' } },
        UpdateExpression: 'SET l = list_append(if_not_exists(l, :none), :one)',
        ExpressionAttributeValues: { ':none': { L: [] }, ':one': { L: [{ N: '1' }] } },
        ReturnValues: 'ALL_NEW',
      }),
    );
    expect(Attributes).toEqual({ pk: { S: 'scanned' }, l: { L: [{ N: '1' }] } });
    const { Count } = await db.send(
      new ScanCommand({
        TableName,
        FilterExpression: 'size(l) = :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );
    expect(Count).toBe(1);
  });
});

describe('DynamoDB after a kill', () => {
  const caller = internally('test');
  const key = (pk: string) => ({ pk: { S: pk } });
  let stateDir: string;
  let store: Store;
  let cloud: Cloud;

  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'dynamodb-'));
    store = new Store(join(stateDir, 'state.sqlite'));
    cloud = { account: '111122223333', region: 'eu-west-1', stateDir, store } as Cloud;
  });
  afterEach(() => {
    store.close();
    rmSync(stateDir, { recursive: true });
  });

  it('completes a transaction that was decided', async () => {
    const first = await createDynamodb(cloud);
    await first.operations['CreateTable']!(definition('items'), caller);
    await first.operations['PutItem']!({ TableName: 'items', Item: key('b') }, caller);
    await first.close!();

    store.collection('dynamodb.intent').put('killed', [
      { table: 'items', key: key('a'), image: { ...key('a'), n: { N: '1' } } },
      { table: 'items', key: key('b') },
    ]);
    const second = await createDynamodb(cloud);
    const { Items } = (await second.operations['Scan']!({ TableName: 'items' }, caller))!;
    expect(Items).toEqual([{ ...key('a'), n: { N: '1' } }]);
    expect(store.collection('dynamodb.intent').list()).toEqual([]);
    await second.close!();
  });

  it('completes a table that was being created', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    const engine = new Engine('111122223333', 'eu-west-1', join(stateDir, 'dynamodb'));
    await engine.run('CreateTable', definition('items'));
    await engine.close();
    jest.useRealTimers();

    const dynamodb = await createDynamodb(cloud);
    const { Table } = (await dynamodb.operations['DescribeTable']!({ TableName: 'items' }, caller))!;
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      GlobalSecondaryIndexes: [{ IndexStatus: 'ACTIVE' }],
    });
    await dynamodb.operations['PutItem']!({ TableName: 'items', Item: key('a') }, caller);
    await dynamodb.close!();
  });
});
