import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import * as z from 'zod';
import { executionInput, executionName, startOnce } from './executions.ts';

const sfn = mockClient(SFNClient);
beforeEach(() => {
  sfn.reset();
});

describe('startOnce', () => {
  const start = () => startOnce(new SFNClient({}), { stateMachineArn: 'arn', name: 'DE-weee', input: { a: 1 } });

  it('starts the execution under its name', async () => {
    sfn.on(StartExecutionCommand, { stateMachineArn: 'arn', name: 'DE-weee', input: '{"a":1}' }).resolves({});
    expect(await start()).toBe('started');
  });

  it('takes an execution that exists for success', async () => {
    sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: '', $metadata: {} }));
    expect(await start()).toBe('exists');
  });

  it('passes any other error on', async () => {
    sfn.on(StartExecutionCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    await expect(start()).rejects.toThrow('slow down');
  });
});

it('keeps the longest execution name within the 80 characters that Step Functions allows', () => {
  const line = { country: 'DE', scheme: 'a'.repeat(16) };
  expect(executionName(line, `inference-${'a'.repeat(32)}`, 'f'.repeat(64)).length).toBeLessThanOrEqual(80);
});

describe('executionInput', () => {
  const schema = z.object({ runId: z.string() });
  const ended = { executionArn: 'arn:execution', name: 'x', status: 'FAILED' as const };
  const read = (input: string | null) => executionInput(new SFNClient({}), { ...ended, input }, schema);

  it("takes the status event's input", async () => {
    expect(await read('{"runId":"r"}')).toEqual({ runId: 'r' });
    expect(sfn.calls()).toHaveLength(0);
  });

  it('asks for an input that was too large for the event', async () => {
    sfn.on(DescribeExecutionCommand, { executionArn: 'arn:execution' }).resolves({ input: '{"runId":"r"}' });
    expect(await read(null)).toEqual({ runId: 'r' });
  });

  it('names the execution whose input is not what it should be', async () => {
    await expect(read('{}')).rejects.toThrow(/the input of arn:execution.*runId/);
  });
});
