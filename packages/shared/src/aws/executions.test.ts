import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import * as z from 'zod';
import { executionInput, executionName, startOnce } from './executions.ts';

const states = mockClient(SFNClient);
beforeEach(() => {
  states.reset();
});
const start = () =>
  startOnce(new SFNClient({}), { stateMachineArn: 'arn:machine', name: 'DE-weee-x', input: { a: 1 } });

describe('startOnce', () => {
  it('starts the execution under its name with its input as JSON', async () => {
    states.on(StartExecutionCommand).resolves({});
    await expect(start()).resolves.toBe('started');
    expect(states.commandCalls(StartExecutionCommand)[0]!.args[0].input).toEqual({
      stateMachineArn: 'arn:machine',
      name: 'DE-weee-x',
      input: '{"a":1}',
    });
  });

  it('takes an execution that exists for success', async () => {
    states.on(StartExecutionCommand).rejects(Object.assign(new Error('exists'), { name: 'ExecutionAlreadyExists' }));
    await expect(start()).resolves.toBe('exists');
  });

  it.each(['ThrottlingException', 'StateMachineDoesNotExist', 'KmsAccessDeniedException'])(
    'lets %s through, so that the message comes again',
    async (name) => {
      states.on(StartExecutionCommand).rejects(Object.assign(new Error(name), { name }));
      await expect(start()).rejects.toMatchObject({ name });
    },
  );
});

describe('executionName', () => {
  it('stays within 80 characters for the longest run id and scheme', () => {
    const name = executionName(
      { country: 'DE', scheme: 'a'.repeat(16) },
      `inference-${'x'.repeat(32)}`,
      'f'.repeat(64),
    );
    expect(name.length).toBeLessThanOrEqual(80);
  });
});

describe('executionInput', () => {
  const schema = z.object({ runId: z.string() });
  const read = (input: string | null) =>
    executionInput(new SFNClient({}), { executionArn: 'arn:execution', name: 'x', status: 'FAILED', input }, schema);

  it("takes the status event's input", async () => {
    await expect(read('{"runId":"r"}')).resolves.toEqual({ runId: 'r' });
    expect(states.calls()).toHaveLength(0);
  });

  it('asks for an input that was too large for the event', async () => {
    states.on(DescribeExecutionCommand, { executionArn: 'arn:execution' }).resolves({ input: '{"runId":"r"}' });
    await expect(read(null)).resolves.toEqual({ runId: 'r' });
  });

  it('names the execution whose input is not what it should be', async () => {
    await expect(read('{}')).rejects.toThrow(/the input of arn:execution.*runId/);
  });
});
