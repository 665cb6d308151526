import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { exampleRun } from '../runs/run.fixture.ts';
import { exampleSession } from '../session.fixture.ts';
import { inWords, redriveAll } from './redriveAll.ts';
import { extractionThatFailedEarly, unsuccessfulOf } from './unsuccessful.ts';

const sfn = mockClient(SFNClient);
const { runId, executionArn: extraction } = exampleRun;
const state = { run: exampleRun, results: [] };
const weee = { country: 'DE', scheme: 'weee' };
const battery = { country: 'DE', scheme: 'battery' };

/** What a machine's list has under a status, by name. */
const lists = (machine: string, statusFilter: string, ...names: string[]): void => {
  const stateMachineArn = `arn:aws:states:eu-west-1:111122223333:stateMachine:regulabel-dev-${machine}`;
  sfn.on(ListExecutionsCommand, { stateMachineArn, statusFilter: statusFilter as never }).resolves({
    executions: names.map((name, index) => ({
      ...{ name, executionArn: name, stateMachineArn, status: statusFilter as never },
      startDate: new Date(Date.UTC(2026, 1, 1 + index)),
    })),
  });
};

beforeEach(() => {
  sfn.reset();
  sfn.on(ListExecutionsCommand).resolves({ executions: [] });
});

describe('unsuccessfulOf', () => {
  it('finds the executions of the run that failed, timed out or were aborted, in all four machines', async () => {
    lists('extract', 'FAILED', 'a-duplicate', extraction);
    lists('training', 'FAILED', `DE-weee-${runId}-0123`, `DE-weee-${runId}0-0123`, `FR-weee-${runId}-0123`);
    lists('inference', 'TIMED_OUT', `DE-weee-${runId}-4567`, `DE-battery-${runId}-89ab`);
    lists('comparison', 'ABORTED', `DE-battery-${runId}-cdef`);
    expect(await unsuccessfulOf(exampleSession, state)).toEqual([
      { machine: 'extract', executionArn: extraction },
      { machine: 'training', executionArn: `DE-weee-${runId}-0123`, line: weee },
      { machine: 'inference', executionArn: `DE-battery-${runId}-89ab`, line: battery },
      { machine: 'inference', executionArn: `DE-weee-${runId}-4567`, line: weee },
      { machine: 'comparison', executionArn: `DE-battery-${runId}-cdef`, line: battery },
    ]);
    expect(await unsuccessfulOf(exampleSession, state, weee)).toEqual([
      { machine: 'training', executionArn: `DE-weee-${runId}-0123`, line: weee },
      { machine: 'inference', executionArn: `DE-weee-${runId}-4567`, line: weee },
    ]);
  });
});

describe('extractionThatFailedEarly', () => {
  it('finds the latest extraction that was asked for this run', async () => {
    lists('extract', 'FAILED', 'first', 'second', 'other');
    const input = (token: string) =>
      JSON.stringify({ purpose: 'training', scheduledTime: '2026-11-01T02:00:00Z', token });
    sfn.on(DescribeExecutionCommand).resolves({ input: input('demo') });
    sfn.on(DescribeExecutionCommand, { executionArn: 'other' }).resolves({ input: input('other') });
    expect(await extractionThatFailedEarly(exampleSession, 'training-demo')).toEqual({
      machine: 'extract',
      executionArn: 'second',
    });
    expect(await extractionThatFailedEarly(exampleSession, 'training-none')).toBeUndefined();
  });
});

describe('redriveAll', () => {
  const old = { machine: 'training' as const, executionArn: 'old', line: weee };
  const recent = { machine: 'extract' as const, executionArn: 'recent' };

  it('redrives the others when AWS refuses one, and gives its reason', async () => {
    const refusal = Object.assign(new Error('Execution redrivable period exceeded'), {
      name: 'ExecutionNotRedrivable',
    });
    sfn.on(RedriveExecutionCommand).resolves({ redriveDate: new Date() });
    sfn.on(RedriveExecutionCommand, { executionArn: 'old' }).rejects(refusal);
    expect(await redriveAll(exampleSession, [old, recent])).toEqual({
      redriven: [recent],
      refused: [{ ...old, reason: 'ExecutionNotRedrivable: Execution redrivable period exceeded' }],
    });
  });

  it('stops at a fault that is no refusal', async () => {
    sfn.on(RedriveExecutionCommand).rejects(Object.assign(new Error('not you'), { name: 'AccessDeniedException' }));
    await expect(redriveAll(exampleSession, [old])).rejects.toThrow('not you');
  });

  it('names an execution as people do', () => {
    expect([inWords(old), inWords(recent)]).toEqual(['training of DE/weee', 'extraction']);
  });
});
