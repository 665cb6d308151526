import { LambdaClient, InvokeCommand } from '@aws-sdk/client-lambda';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { maxSandboxes } from '../lambda/runner.ts';
import { startLocalCloud, type LocalCloud } from '../testing/localCloud.ts';
import { packageService } from '../testing/packagedService.ts';

let folder: string;
let local: LocalCloud | undefined;
let sqs: SQSClient;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'queue-sources-'));
});

afterEach(async () => {
  await local?.stop();
  local = undefined;
  await rm(folder, { recursive: true, force: true });
});

const allowed = {
  Effect: 'Allow',
  Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  Resource: { 'Fn::GetAtt': ['Work', 'Arn'] },
};

interface Service {
  readonly handler: string;
  readonly queue?: object;
  readonly mapping?: object;
  readonly fn?: object;
}

/** A queue with its dead letters, and a function that writes what it did to the file `DONE`. */
async function start({ handler, queue = {}, mapping = {}, fn = {} }: Service): Promise<void> {
  const template = {
    Resources: {
      Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
      Work: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: 'work',
          VisibilityTimeout: 30,
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 2 },
          ...queue,
        },
      },
      Worker: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: 'worker',
          AssumeRolePolicyDocument: {
            Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
          },
          Policies: [{ PolicyName: 'work', PolicyDocument: { Statement: [allowed] } }],
        },
      },
      Task: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'task',
          Code: { S3Bucket: 'any', S3Key: 'serverless/test/dev/1-2026/task.zip' },
          Handler: 'task.handler',
          Runtime: 'nodejs24.x',
          Timeout: 20,
          Role: { 'Fn::GetAtt': ['Worker', 'Arn'] },
          Environment: { Variables: { DONE: path.join(folder, 'done.log') } },
          ...fn,
        },
      },
      Source: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { 'Fn::GetAtt': ['Task', 'Arn'] },
          EventSourceArn: { 'Fn::GetAtt': ['Work', 'Arn'] },
          Enabled: true,
          BatchSize: 10,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          ...mapping,
        },
      },
    },
  };
  const code = `import { appendFileSync } from 'node:fs';
    const done = (line) => appendFileSync(process.env.DONE, line + '\\n');
    ${handler}`;
  const packages = { 'task.zip': { 'task.mjs': code } };
  const templates = [await packageService(folder, { stackName: 'queueing', template, packages })];
  local = await startLocalCloud({ templates }, path.join(folder, 'state'));
  sqs = new SQSClient(local.clientConfig);
}

const url = (queue: string): string => `${local!.endpoint}/111122223333/${queue}`;
const send = (MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl: url('work'), MessageBody }));
const done = async (): Promise<string[]> =>
  (await readFile(path.join(folder, 'done.log'), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');

async function left(queue: string): Promise<number> {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url(queue), AttributeNames: [...AttributeNames] }),
  );
  return AttributeNames.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
}

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe('a queue that feeds a function', () => {
  it('hands over messages with all that AWS tells of them, and deletes what was handled', async () => {
    await start({ handler: 'export const handler = async (event) => { done(JSON.stringify(event)); };' });
    const attributes = { kind: { DataType: 'String', StringValue: 'new' } };
    await sqs.send(
      new SendMessageCommand({ QueueUrl: url('work'), MessageBody: 'hello', MessageAttributes: attributes }),
    );
    await until(async () => (await done()).length > 0 && (await left('work')) === 0);
    const { Records } = JSON.parse((await done())[0]!) as { Records: unknown[] };
    expect(Records).toEqual([
      {
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        receiptHandle: expect.any(String),
        body: 'hello',
        attributes: expect.objectContaining({
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
        }),
        messageAttributes: {
          kind: { stringValue: 'new', stringListValues: [], binaryListValues: [], dataType: 'String' },
        },
        md5OfBody: '5d41402abc4b2a76b9719d911017c592',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:eu-west-1:111122223333:work',
        awsRegion: 'eu-west-1',
      },
    ]);
  });

  it('handles sixty messages side by side, as many at a time as the function may run', async () => {
    await start({
      mapping: { BatchSize: 1 },
      handler: `export const handler = async ({ Records }) => {
        done('begin'); await new Promise((resolve) => setTimeout(resolve, 50)); done('end ' + Records[0].body); };`,
    });
    for (let first = 0; first < 60; first += 10) {
      const Entries = Array.from({ length: 10 }, (_, n) => ({ Id: String(n), MessageBody: String(first + n) }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl: url('work'), Entries }));
    }
    await until(async () => (await left('work')) === 0);
    const lines = await done();
    expect(new Set(lines.filter((line) => line.startsWith('end'))).size).toBe(60);
    let running = 0;
    const most = Math.max(...lines.map((line) => (running += line === 'begin' ? 1 : -1)));
    expect(most).toBe(maxSandboxes);
  });

  it('keeps the messages that the function names as failed, until they are dead letters', async () => {
    await start({
      queue: { VisibilityTimeout: 1 },
      fn: { Timeout: 1 },
      handler: `export const handler = async ({ Records }) => {
        for (const { body, attributes } of Records) done(body + attributes.ApproximateReceiveCount);
        return { batchItemFailures: Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({ itemIdentifier: messageId })) };
      };`,
    });
    await send('bad');
    await send('good');
    await until(async () => (await left('dead')) === 1);
    expect((await done()).sort()).toEqual(['bad1', 'bad2', 'good1']);
    expect(await left('work')).toBe(0);
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url('dead') }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['bad']);
  });

  it('keeps the whole batch of a function that failed', async () => {
    await start({ handler: "export const handler = async () => { done('tried'); throw new Error('no'); };" });
    await send('one');
    await until(async () => (await done()).length > 0);
    expect(await left('work')).toBe(1);
  });

  it('that is disabled is left alone', async () => {
    await start({ mapping: { Enabled: false }, handler: "export const handler = async () => { done('ran'); };" });
    await send('kept');
    const lambda = new LambdaClient(local!.clientConfig);
    const { StatusCode, Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'task', Payload: '{}' }));
    expect([StatusCode, Buffer.from(Payload!).toString()]).toEqual([200, 'null']);
    expect(await done()).toEqual(['ran']);
    expect(await left('work')).toBe(1);
  });

  it('runs nothing after the cloud has stopped, and goes on after its next start', async () => {
    const handler = "export const handler = async ({ Records }) => { done('ran ' + Records[0].body); };";
    await start({ handler });
    await send('first');
    await until(async () => (await left('work')) === 0);
    await local!.stop();
    await start({ handler });
    await send('second');
    await until(async () => (await left('work')) === 0);
    expect(await done()).toEqual(['ran first', 'ran second']);
  });

  it('gets back at the next start what was in hand when the cloud stopped, not after the visibility timeout', async () => {
    const queue = { VisibilityTimeout: 43_200 };
    await start({ handler: "export const handler = () => { done('began'); return new Promise(() => {}); };", queue });
    await send('first');
    await until(async () => (await done()).length === 1);
    await local!.stop();
    await start({ handler: "export const handler = async () => { done('ended'); };", queue });
    await until(async () => (await left('work')) === 0);
    expect(await done()).toEqual(['began', 'ended']);
  });
});

describe('what AWS refuses of an event source', () => {
  const handler = 'export const handler = async () => 1;';

  it('a queue whose messages come back before the function can be done', async () => {
    await expect(start({ handler, queue: { VisibilityTimeout: 10 } })).rejects.toThrow(
      'queueing: Source (AWS::Lambda::EventSourceMapping): InvalidParameterValueException: Queue visibility timeout: 10 seconds is less than Function timeout: 20 seconds',
    );
  });
});
