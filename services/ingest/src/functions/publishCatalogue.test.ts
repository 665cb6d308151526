import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { catalogueChanged } from '@regulabel/contracts/ingest/catalogueChanged.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { context } from '@regulabel/testing/lambda';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { handler } from './publishCatalogue.ts';

const dynamodb = mockClient(DynamoDBClient);
const eventBridge = mockClient(EventBridgeClient);
const s3 = mockClient(S3Client);

const smallest = { countries: { DE: { schemes: { weee: {} } } } };

beforeEach(() => {
  Object.assign(process.env, { RUNS_TABLE: 'runs', BUS: 'bus', DATA_BUCKET: 'data' });
  for (const client of [dynamodb, eventBridge, s3]) client.reset();
  dynamodb.on(GetItemCommand).resolves({});
  dynamodb.on(PutItemCommand).resolves({});
  dynamodb.on(UpdateItemCommand).resolves({});
  eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
  s3.on(PutObjectCommand).resolves({});
});

const inForceIs = (pointer: object) => dynamodb.on(GetItemCommand).resolves({ Item: marshall(pointer) });
const events = () =>
  eventBridge.commandCalls(PutEventsCommand).map(({ args }) => {
    const { Detail = '' } = args[0].input.Entries?.[0] ?? {};
    return parseStrictly(catalogueChanged.detail, JSON.parse(Detail), 'CatalogueChanged');
  });
const before = {
  version: 'fedcba9876543210',
  uri: 's3://data/catalogue/fedcba9876543210.json',
  publishedAt: '2026-10-01T00:00:00.000Z',
  announced: true,
};

describe('publishCatalogue', () => {
  it('stores the catalogue with its defaults, puts it in force and announces it', async () => {
    const { version, changed } = await handler(smallest, context);
    expect(changed).toBe(true);
    const { Key, Body, IfNoneMatch } = s3.commandCalls(PutObjectCommand)[0]!.args[0].input;
    expect({ Key, IfNoneMatch }).toEqual({ Key: `catalogue/${version}.json`, IfNoneMatch: '*' });
    expect(JSON.parse(Body as string)).toMatchObject({ countries: { DE: { schemes: { weee: { trials: 4 } } } } });
    const put = dynamodb.commandCalls(PutItemCommand)[0]!.args[0].input;
    expect(put.ConditionExpression).toBe('attribute_not_exists(pk)');
    expect(unmarshall(put.Item!)).toMatchObject({
      version,
      uri: `s3://data/catalogue/${version}.json`,
      announced: false,
    });
    expect(events()).toMatchObject([{ data: { version } }]);
    expect(dynamodb.commandCalls(UpdateItemCommand)).toHaveLength(1);
  });

  it('gives the same version whatever the order of the keys, or with the defaults written out', async () => {
    const first = await handler(
      { countries: { DE: { schemes: { weee: {} } }, FR: { schemes: { weee: { trials: 4 } } } } },
      context,
    );
    const second = await handler(
      { countries: { FR: { schemes: { weee: {} } }, DE: { languages: [], schemes: { weee: {} } } } },
      context,
    );
    expect(second.version).toBe(first.version);
  });

  it('changes nothing when it is in force already', async () => {
    const { version } = await handler(smallest, context);
    inForceIs({ ...before, version });
    eventBridge.resetHistory();
    expect(await handler(smallest, context)).toEqual({ version, changed: false });
    expect(events()).toEqual([]);
  });

  it('names the version before, and moves the pointer only from that one', async () => {
    inForceIs(before);
    const answer = await handler(smallest, context);
    expect(dynamodb.commandCalls(PutItemCommand)[0]?.args[0].input).toMatchObject({
      ConditionExpression: 'version = :previous',
      ExpressionAttributeValues: { ':previous': { S: before.version } },
    });
    expect(events()[0]?.data).toMatchObject({ previousVersion: before.version });
    expect(answer).toMatchObject({ changed: true, previousVersion: before.version });
  });

  it('announces what a crash left unsaid, as the same event', async () => {
    const { version } = await handler(smallest, context);
    const put = unmarshall(dynamodb.commandCalls(PutItemCommand)[0]!.args[0].input.Item!);
    inForceIs(put);
    expect(await handler(smallest, context)).toEqual({ version, changed: true });
    const [first, again] = events();
    expect(again?.metadata.id).toBe(first?.metadata.id);
    expect(dynamodb.commandCalls(PutItemCommand)).toHaveLength(1);
  });

  it('says when somebody else published at the same time', async () => {
    dynamodb.on(PutItemCommand).rejects(new ConditionalCheckFailedException({ message: 'no', $metadata: {} }));
    await expect(handler(smallest, context)).rejects.toMatchObject({ name: 'CatalogueContended' });
    expect(events()).toEqual([]);
  });

  it.each([[{ countries: { Germany: {} } }], [{ countries: {} }], ['countries']])(
    'refuses %j before anything is written',
    async (payload) => {
      await expect(handler(payload, context)).rejects.toMatchObject({ name: 'CatalogueInvalid' });
      expect(s3.calls()).toHaveLength(0);
    },
  );
});
