import { LambdaClient, InvokeCommand, UpdateFunctionCodeCommand } from '@aws-sdk/client-lambda';
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  SFNClient,
  StartExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { maxSandboxes } from './lambda/runner.ts';
import { startLocalCloud, type LocalCloud } from './testing/localCloud.ts';
import { packageService } from './testing/packagedService.ts';
import { zip } from './testing/zip.ts';

const machineArn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:machine';

/** A handler that notes what it does in the file `DONE`; `work` may wait for the file `GATE`. */
const handler = (work: string): string => `import { appendFileSync, existsSync } from 'node:fs';
  const done = (line) => appendFileSync(process.env.DONE, line + '\\n');
  const opened = async () => { while (!existsSync(process.env.GATE)) await new Promise((go) => setTimeout(go, 5)); };
  export const handler = async (event) => { ${work} };`;

const definition = (says: string): string =>
  JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'Hold',
    States: {
      Hold: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Arguments: { FunctionName: 'hold', Payload: {} },
        Next: 'Say',
      },
      Say: { Type: 'Pass', Output: says, End: true },
    },
  });

const role = (RoleName: string, Service: string, Action: string[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName,
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
    },
    Policies: [
      {
        PolicyName: 'work',
        PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] },
      },
    ],
  },
});

let folder: string;
let local: LocalCloud;
let lambda: LambdaClient;
let sfn: SFNClient;
let sqs: SQSClient;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'swap-'));
  const fn = (FunctionName: string) => ({
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName,
      Code: { S3Bucket: 'any', S3Key: `serverless/test/dev/1-2026/${FunctionName}.zip` },
      Handler: 'task.handler',
      Runtime: 'nodejs24.x',
      Timeout: 30,
      Role: { 'Fn::GetAtt': ['Worker', 'Arn'] },
      Environment: { Variables: { DONE: path.join(folder, 'done.log'), GATE: path.join(folder, 'gate') } },
    },
  });
  const template = {
    Resources: {
      Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
      Work: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: 'work',
          VisibilityTimeout: 30,
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 1 },
        },
      },
      Worker: role('worker', 'lambda.amazonaws.com', [
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
      ]),
      MachineRole: role('machine', 'states.amazonaws.com', ['lambda:InvokeFunction']),
      Task: fn('task'),
      Hold: fn('hold'),
      Source: {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          FunctionName: { 'Fn::GetAtt': ['Task', 'Arn'] },
          EventSourceArn: { 'Fn::GetAtt': ['Work', 'Arn'] },
          Enabled: true,
          BatchSize: 1,
        },
      },
      Machine: {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: {
          StateMachineName: 'machine',
          StateMachineType: 'STANDARD',
          DefinitionString: definition('first'),
          RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
        },
      },
    },
  };
  const task = handler('const [{ body }] = event.Records; done(`begun ${body}`); await opened(); done(`old ${body}`);');
  const hold = handler('done("held"); await opened();');
  const packages = { 'task.zip': { 'task.mjs': task }, 'hold.zip': { 'task.mjs': hold } };
  const templates = [await packageService(folder, { stackName: 'swapping', template, packages })];
  local = await startLocalCloud({ templates }, path.join(folder, 'state'));
  lambda = new LambdaClient(local.clientConfig);
  sfn = new SFNClient(local.clientConfig);
  sqs = new SQSClient(local.clientConfig);
});

afterEach(async () => {
  for (const client of [lambda, sfn, sqs]) client.destroy();
  await local.stop();
  await rm(folder, { recursive: true, force: true });
});

const open = () => writeFile(path.join(folder, 'gate'), '');
const done = async (): Promise<string[]> =>
  (await readFile(path.join(folder, 'done.log'), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
};
const url = (queue: string): string => `${local.endpoint}/111122223333/${queue}`;
const send = (MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl: url('work'), MessageBody }));

async function left(queue: string): Promise<number> {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url(queue), AttributeNames: [...AttributeNames] }),
  );
  return AttributeNames.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
}

const update = (work: string, FunctionName = 'task') =>
  lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zip({ 'task.mjs': handler(work) }) }));

describe("a function's new code", () => {
  it('takes the next messages; those in flight end with the old code, and none is lost or handled twice', async () => {
    const before = Array.from({ length: maxSandboxes + 2 }, (_, index) => `m${index}`);
    for (const body of before) await send(body);
    await until(async () => (await done()).length === maxSandboxes);
    const inFlight = (await done()).map((line) => line.replace('begun ', ''));

    const answer = await update('const [{ body }] = event.Records; done(`new ${body}`);');
    expect(answer).toMatchObject({
      FunctionName: 'task',
      Version: '$LATEST',
      State: 'Active',
      LastUpdateStatus: 'Successful',
    });
    await send('after');
    await open();
    await until(async () => (await left('work')) === 0);

    const handled = (await done()).filter((line) => !line.startsWith('begun'));
    const later = [...before.filter((body) => !inFlight.includes(body)), 'after'];
    expect(handled.sort()).toEqual(
      [...inFlight.map((body) => `old ${body}`), ...later.map((body) => `new ${body}`)].sort(),
    );
    expect(await left('dead')).toBe(0);
  });

  it('replaces a warm worker', async () => {
    await update('return "second";');
    const invoke = async () => {
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'task' }));
      return Payload?.transformToString();
    };
    expect(await invoke()).toBe('"second"');
    await update('return "third";');
    expect(await invoke()).toBe('"third"');
  });

  it('is refused when it is no zip, for an earlier revision, or for a function that is not there; the old code stays', async () => {
    const { RevisionId } = await update('return "good";');
    const refusal = (input: { FunctionName: string; ZipFile: Uint8Array; RevisionId?: string }) =>
      lambda.send(new UpdateFunctionCodeCommand(input)).catch((error: unknown) => (error as Error).name);
    const ZipFile = zip({ 'task.mjs': handler('return "other";') });
    expect(await refusal({ FunctionName: 'task', ZipFile: Buffer.from('no zip') })).toBe(
      'InvalidParameterValueException',
    );
    expect(await refusal({ FunctionName: 'gone', ZipFile })).toBe('ResourceNotFoundException');
    expect(await refusal({ FunctionName: 'task', ZipFile, RevisionId: 'stale' })).toBe('PreconditionFailedException');
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'task' }));
    expect(Payload?.transformToString()).toBe('"good"');
    expect(await refusal({ FunctionName: 'task', ZipFile, RevisionId: RevisionId! })).toMatchObject({
      CodeSize: ZipFile.byteLength,
    });
  });
});

describe("a state machine's new definition", () => {
  // https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html
  it('is for executions that start after it; those that run go on with theirs', async () => {
    const start = async (): Promise<string> => {
      const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn: machineArn }));
      return executionArn!;
    };
    const running = await start();
    await until(async () => (await done()).includes('held'));
    await sfn.send(new UpdateStateMachineCommand({ stateMachineArn: machineArn, definition: definition('second') }));
    const later = await start();
    await open();

    const output = async (executionArn: string): Promise<unknown> => {
      const described = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
      await until(async () => (await described()).status !== 'RUNNING');
      return JSON.parse((await described()).output!);
    };
    expect(await output(running)).toBe('first');
    expect(await output(later)).toBe('second');
  });

  it('is refused when it does not parse; the old one stays', async () => {
    const broken = definition('first').replace('"Next":"Say"', '"Next":"Gone"');
    const update = sfn.send(new UpdateStateMachineCommand({ stateMachineArn: machineArn, definition: broken }));
    await expect(update).rejects.toMatchObject({ name: 'InvalidDefinition' });
    const { definition: kept } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: machineArn }));
    expect(kept).toBe(definition('first'));
  });
});
