import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { trainingReport } from '@regulabel/contracts/evaluation/trainingReport.v1';
import { trainingRunCompleted } from '@regulabel/contracts/ingest/trainingRunCompleted.v1';
import { parseStrictly } from '@regulabel/contracts/parse';
import { buildEvent, exampleData } from '@regulabel/contracts/testing';
import { allHandled, context, notHandled, queueEvent } from '@regulabel/testing/lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { decisionItem } from '../aws/decisions.ts';
import { decide } from '../core/decision.ts';
import { inputFor, scoresOf } from '../evaluation.fixture.ts';

Object.assign(process.env, { WINNERS_TABLE: 'winners', REGISTRY_BUCKET: 'registry', MLOPS_TOPIC_ARN: 'arn:topic' });
const { handler } = await import('./reportTraining.ts');

const [s3, sns, dynamodb] = [mockClient(S3Client), mockClient(SNSClient), mockClient(DynamoDBClient)];
const completed = exampleData(trainingRunCompleted);
const key = `reports/${completed.runId}-1.json`;
const promoted = decide(
  inputFor(undefined),
  { uri: 's3://registry/scores/x/scores.json', report: scoresOf() },
  '2026-11-01T04:00:00Z',
);

beforeEach(() => {
  for (const client of [s3, sns, dynamodb]) client.reset();
  s3.on(ListObjectsV2Command).resolves({});
  s3.on(PutObjectCommand).resolves({});
  sns.on(PublishCommand).resolves({});
  dynamodb.on(QueryCommand).resolves({ Items: [decisionItem(promoted)] });
});

const handle = () => handler(queueEvent(buildEvent(trainingRunCompleted)), context);
const sent = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);
const written = () => s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);

describe('reportTraining', () => {
  it('tells the MLOps team how each line ended, with the figures', async () => {
    expect(await handle()).toEqual(allHandled);
    expect(sent()).toMatchObject([
      {
        TopicArn: 'arn:topic',
        Subject: 'Regulabel: training done: 1 promoted',
        Message: expect.stringContaining(promoted.explanation),
      },
    ]);
  });

  it('keeps the report with the decisions, once for each revision', async () => {
    await handle();
    expect(written()).toMatchObject([{ Bucket: 'registry', Key: key, IfNoneMatch: '*' }]);
    const report = parseStrictly(trainingReport, JSON.parse(written()[0]!.Body as string), 'report');
    expect(report.lines).toMatchObject([{ outcome: 'promoted', decision: { decisionId: promoted.decisionId } }]);
  });

  it('says nothing again about a revision that was reported', async () => {
    s3.on(ListObjectsV2Command, { Prefix: key }).resolves({ Contents: [{ Key: key }] });
    expect(await handle()).toEqual(allHandled);
    expect([...sent(), ...written()]).toEqual([]);
  });

  it('keeps no report of a message that did not go out, so that it is sent again', async () => {
    sns.on(PublishCommand).rejects(new Error('KMSThrottlingException'));
    expect(await handle()).toEqual(notHandled);
    expect(written()).toEqual([]);
  });

  it('leaves the message in the queue when the winners table does not answer', async () => {
    dynamodb.on(QueryCommand).rejects(new Error('ThrottlingException'));
    expect(await handle()).toEqual(notHandled);
    expect(sent()).toEqual([]);
  });
});
