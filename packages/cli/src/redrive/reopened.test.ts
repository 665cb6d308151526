import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { marshall } from '@aws-sdk/util-dynamodb';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { lineResult } from '@regulabel/contracts/ingest/runSummary.v1';
import type { Run } from '@regulabel/shared/tableItems';
import { completionKey, runKey } from '@regulabel/shared/tables';
import { mockClient } from 'aws-sdk-client-mock';
import type { Answer } from '../runs/readRuns.ts';
import { exampleRun } from '../runs/run.fixture.ts';
import { exampleSession } from '../session.fixture.ts';
import { reopened, reopenedSource } from './reopened.ts';

const at = new Date('2026-02-09T08:00:00Z');
const weee = { country: 'DE', scheme: 'weee' };
const battery = { country: 'DE', scheme: 'battery' };
const failed: Answer = { ...weee, outcome: 'failed', reason: 'Aborted', standing: '1#a' };
const promoted: Answer = { ...battery, outcome: 'promoted', standing: '3#b' };
const closed: Run = { ...exampleRun, status: 'closed', closedAt: '2026-02-01T04:00:00Z', revision: 1, announced: 1 };
const before = { run: closed, results: [failed, promoted] };
const training = { machine: 'training' as const, executionArn: 'arn:aws:states:x', line: weee };
const redriven = { before, executions: [training], at };

describe('reopened', () => {
  it('has no answer for a redriven line that had failed, until another answer counts', () => {
    expect(reopened(before, redriven)).toEqual({
      run: { ...closed, status: 'running', startedAt: at.toISOString() },
      results: [promoted],
    });
    const again = { ...failed, standing: '1#c' };
    const { run, results } = reopened({ run: closed, results: [again, promoted] }, redriven);
    expect([run.status, results]).toEqual(['closed', [again, promoted]]);
  });

  it('waits for all failed lines after an extraction, and for no line that was not failed', () => {
    const extraction = { machine: 'extract' as const, executionArn: 'arn:aws:states:y' };
    const both = { run: closed, results: [failed, { ...failed, ...battery }] };
    expect(reopened(both, { before: both, executions: [extraction], at }).results).toEqual([]);
    const executions = [{ ...training, line: battery }];
    expect(reopened(before, { before, executions, at }).results).toEqual(before.results);
  });
});

describe('reopenedSource', () => {
  const dynamodb = mockClient(DynamoDBClient);
  const sfn = mockClient(SFNClient);
  const skipped: Answer = { ...weee, outcome: 'skipped', reason: 'unchanged', standing: '3#c' };

  /** The table has this run, these answers, and what the last revision said. */
  const tableHas = (run: Run, results: Answer[], said: Answer[]): void => {
    dynamodb.on(GetItemCommand, { Key: marshall(runKey(run.runId)) }).resolves({ Item: marshall(run) });
    dynamodb.on(QueryCommand).resolves({ Items: results.map((result) => marshall(result)) });
    const lines = said.map((each) => lineResult.parse(each));
    const completion = {
      ...{ runId: run.runId, catalogueVersion: run.catalogue.version, startedAt: run.startedAt },
      ...{ closedAt: run.closedAt, revision: run.revision, lines },
    };
    dynamodb
      .on(GetItemCommand, { Key: marshall(completionKey(run.runId, run.revision)) })
      .resolves({ Item: marshall(completion) });
  };
  const status = async (): Promise<string | undefined> =>
    (await reopenedSource(exampleSession, redriven).run())?.run.status;

  beforeEach(() => {
    dynamodb.reset();
    sfn.reset();
    sfn.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED' });
  });

  it('is closed once the line has another answer, nothing runs, and the last revision says so', async () => {
    tableHas(closed, before.results, before.results);
    expect(await status()).toBe('running');
    tableHas(closed, [skipped, promoted], before.results);
    expect(await status()).toBe('running');
    tableHas({ ...closed, revision: 2 }, [skipped, promoted], [promoted, skipped]);
    expect(await status()).toBe('running');
    const settled = { ...closed, revision: 2, announced: 2 };
    tableHas(settled, [skipped, promoted], [promoted, skipped]);
    sfn.on(DescribeExecutionCommand).resolves({ status: 'RUNNING' });
    expect(await status()).toBe('running');
    sfn.on(DescribeExecutionCommand).resolves({ status: 'SUCCEEDED' });
    expect(await reopenedSource(exampleSession, redriven).run()).toEqual({
      run: settled,
      results: [skipped, promoted],
    });
  });

  it('is closed too when the line failed once more for the same reason: there is no other revision', async () => {
    tableHas(closed, [{ ...failed, standing: '1#d' }, promoted], before.results);
    sfn.on(DescribeExecutionCommand).resolves({ status: 'FAILED' });
    expect(await status()).toBe('closed');
  });
});
