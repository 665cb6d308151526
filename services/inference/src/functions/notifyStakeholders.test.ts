import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { classificationReport } from '@regulabel/contracts/inference/classificationReport.v1';
import { classificationRunCompleted } from '@regulabel/contracts/ingest/classificationRunCompleted.v1';
import { parseS3Uri } from '@regulabel/shared/keys';
import { parseStrictly } from '@regulabel/contracts/parse';
import { buildEvent, exampleData } from '@regulabel/contracts/testing';
import { allHandled, context, notHandled, queueEvent } from '@regulabel/testing/lambda';
import { mockClient } from 'aws-sdk-client-mock';

Object.assign(process.env, { PREDICTIONS_BUCKET: 'predictions', STAKEHOLDERS_TOPIC_ARN: 'arn:topic' });
const { handler } = await import('./notifyStakeholders.ts');

const [s3, sns] = [mockClient(S3Client), mockClient(SNSClient)];
const completed = exampleData(classificationRunCompleted);
const key = `reports/month=2026-10/${completed.runId}-1.json`;
const summary = {
  schemaVersion: '1.0',
  runId: completed.runId,
  country: 'DE',
  scheme: 'weee',
  month: '2026-10',
  model: 'dev-m-0123456789ab-0-0',
  rows: 500,
  quantity: 812,
  meanConfidence: 0.931,
  codes: [{ code: '11-A', rows: 500, quantity: 812, meanConfidence: 0.931 }],
};

beforeEach(() => {
  s3.reset();
  sns.reset();
  s3.on(ListObjectsV2Command).resolves({});
  s3.on(PutObjectCommand).resolves({});
  s3.on(GetObjectCommand, { Key: `${parseS3Uri(completed.lines[0]!.summary!).key}summary.json` }).resolves({
    Body: { transformToString: () => Promise.resolve(JSON.stringify(summary)) } as never,
  });
  sns.on(PublishCommand).resolves({});
});

const handle = (data = completed) => handler(queueEvent(buildEvent(classificationRunCompleted, { data })), context);
const sent = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);
const written = () => s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);

describe('notifyStakeholders', () => {
  it('tells the stakeholders what is labelled and where it lies', async () => {
    expect(await handle()).toEqual(allHandled);
    expect(sent()).toMatchObject([
      {
        TopicArn: 'arn:topic',
        Subject: 'Regulabel: 2026-10 is labelled, 1 of 1 lines',
        Message: expect.stringContaining('DE/weee: 500 items (quantity 812), 1 codes, mean confidence 0.931'),
      },
    ]);
  });

  it('keeps the report under the run and its revision, once', async () => {
    await handle();
    expect(written()).toMatchObject([{ Bucket: 'predictions', Key: key, IfNoneMatch: '*' }]);
    const report = parseStrictly(classificationReport, JSON.parse(written()[0]!.Body as string), 'report');
    expect(report).toMatchObject({
      month: '2026-10',
      revision: 1,
      lines: [{ outcome: 'labelled', summary: { rows: 500 } }],
    });
  });

  it('says nothing again about a revision that was reported', async () => {
    s3.on(ListObjectsV2Command, { Prefix: key }).resolves({ Contents: [{ Key: key }] });
    expect(await handle()).toEqual(allHandled);
    expect(sent()).toEqual([]);
    expect(written()).toEqual([]);
  });

  it('reports a later revision of the same run', async () => {
    s3.on(ListObjectsV2Command, { Prefix: key }).resolves({ Contents: [{ Key: key }] });
    await handle({ ...completed, revision: 2 });
    expect(sent()).toMatchObject([{ Subject: 'Regulabel: 2026-10 is labelled, 1 of 1 lines (revision 2)' }]);
  });

  it('keeps no report of a message that did not go out, so that it is sent again', async () => {
    sns.on(PublishCommand).rejects(new Error('KMSThrottlingException'));
    expect(await handle()).toEqual(notHandled);
    expect(written()).toEqual([]);
  });

  it('leaves the message in the queue when a summary is not there', async () => {
    s3.on(GetObjectCommand).rejects(new Error('NoSuchKey'));
    expect(await handle()).toEqual(notHandled);
    expect(sent()).toEqual([]);
  });
});
