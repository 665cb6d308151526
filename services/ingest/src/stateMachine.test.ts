import { context } from '@regulabel/testing/lambda';
import { loadStateMachine } from '@regulabel/testing/stateMachine';
import { rememberWalks } from '@regulabel/testing/walkedWays';
import { describe, expect, it, jest } from '@jest/globals';
import { unloadPlan } from './core/unloadStatement.ts';
import { handler as refuseUnload } from './functions/refuseUnload.ts';

const machine = rememberWalks(loadStateMachine(new URL('../state-machine.yml', import.meta.url)));
const input = { purpose: 'training', scheduledTime: '2026-11-01T02:00:00Z' };
const runId = 'training-20261101T020000Z';

const plan = {
  duplicate: false,
  runId,
  month: '2026-11',
  asOf: '2026-11-01',
  warehouse: { WorkgroupName: 'regulabel', Database: 'dev' },
  unload: unloadPlan({ purpose: 'training', runId }, { bucket: 'data', roleArn: 'arn:role', keyArn: 'arn:key/raw' }),
};

type Tasks = NonNullable<Parameters<typeof machine.walk>[0]['tasks']>;
const happy: Tasks = {
  Plan: () => plan,
  Unload: () => ({ Id: 'statement-1' }),
  DescribeUnload: () => ({ Status: 'FINISHED', ResultRows: 12, HasResultSet: false }),
  Split: () => ({ rows: 12 }),
  RefuseUnload: async (args) => {
    try {
      return await refuseUnload(args, context);
    } catch (error) {
      throw Object.assign(new Error(), { error: (error as Error).name, cause: (error as Error).message });
    }
  },
};
const extract = (tasks: Tasks = {}, redriveCount = 0) =>
  machine.walk({ input, tasks: { ...happy, ...tasks }, context: { redriveCount } });

describe('the extract state machine', () => {
  it('plans, unloads, waits and splits', async () => {
    const split = jest.fn<Tasks[string]>(() => ({}));
    const { status, visited } = await extract({ Split: split });
    expect(status).toBe('SUCCEEDED');
    expect(visited).toEqual([
      'Plan',
      'IsDuplicate',
      'Unload',
      'WaitForUnload',
      'DescribeUnload',
      'HasUnloadEnded',
      'Split',
      'Extracted',
    ]);
    expect(split.mock.calls[0]?.[0]).toEqual({
      runId,
      executionArn: expect.stringMatching(/^arn:aws:states:.*:execution:/),
      month: '2026-11',
      asOf: '2026-11-01',
      prefix: `unload/training/${runId}/0-0/`,
      resultRows: 12,
    });
  });

  it('gives plan its own ARN beside the input', async () => {
    const planned = jest.fn<Tasks[string]>(() => plan);
    await extract({ Plan: planned });
    expect(planned.mock.calls[0]?.[0]).toEqual({ ...input, executionArn: expect.stringMatching(/:execution:/) });
  });

  it('ends at once, and well, when another execution has the run', async () => {
    const { status, visited } = await extract({ Plan: () => ({ duplicate: true, runId }) });
    expect({ status, visited }).toEqual({ status: 'SUCCEEDED', visited: ['Plan', 'IsDuplicate', 'Duplicate'] });
  });

  it('polls with growing pauses for as long as the statement runs', async () => {
    const statuses = ['SUBMITTED', 'PICKED', 'STARTED', 'STARTED', 'STARTED', 'STARTED', 'STARTED', 'FINISHED'];
    const times: Date[] = [];
    const { status, events } = await extract({
      DescribeUnload: (_args, attempt) => ({ Status: statuses[attempt - 1], ResultRows: -1 }),
    });
    for (const { type, timestamp } of events) if (type === 'WaitStateEntered') times.push(new Date(timestamp));
    expect(status).toBe('SUCCEEDED');
    const pauses = times.slice(1).map((time, index) => Math.round((time.getTime() - times[index]!.getTime()) / 1000));
    expect(pauses).toEqual([1, 2, 4, 8, 16, 30, 30]);
  });

  it('unloads below a fresh prefix, under a fresh token, with every attempt', async () => {
    const unload = jest.fn<Tasks[string]>((_args, attempt) => {
      if (attempt === 1) throw Object.assign(new Error(), { error: 'RedshiftData.ActiveStatementsExceededException' });
      return { Id: 'statement-2' };
    });
    const split = jest.fn<Tasks[string]>(() => ({}));
    expect((await extract({ Unload: unload, Split: split }, 3)).status).toBe('SUCCEEDED');
    const [first, second] = unload.mock.calls.map(([args]) => args as Record<string, string>);
    expect(first).toMatchObject({ WorkgroupName: 'regulabel', Database: 'dev', ClientToken: `${runId}-3-0` });
    expect(second?.['ClientToken']).toBe(`${runId}-3-1`);
    expect(second?.['ClientToken']?.length).toBeLessThanOrEqual(64);
    expect(second?.['Sql']).toContain(`TO 's3://data/unload/training/${runId}/3-1/'`);
    expect(second?.['Sql']).not.toContain('{attempt}');
    expect(split.mock.calls[0]?.[0]).toMatchObject({ prefix: `unload/training/${runId}/3-1/` });
  });

  it.each([
    [
      'FAILED',
      'ERROR: no such view',
      'UnloadFailed',
      'Redshift could not run statement statement-1: ERROR: no such view',
    ],
    ['ABORTED', undefined, 'UnloadAborted', 'statement statement-1 was cancelled in Redshift'],
  ])('fails with what Redshift said of a statement that is %s', async (Status, Error, error, cause) => {
    const walked = await extract({ DescribeUnload: () => ({ Status, Error, ResultRows: -1 }) });
    expect(walked).toMatchObject({ status: 'FAILED', error, cause });
    expect(walked.visited.at(-1)).toBe('RefuseUnload');
  });

  it('hands a statement that the Data API has forgotten to where a redrive unloads afresh', async () => {
    const forgotten: Tasks[string] = () => {
      throw Object.assign(new Error(), { error: 'RedshiftData.ResourceNotFoundException' });
    };
    const walked = await extract({ DescribeUnload: forgotten });
    expect(walked).toMatchObject({ status: 'FAILED', error: 'UnloadFailed' });
    expect(walked.cause).toMatch(/statement-1: the Data API does not know it any more/);
    expect(walked.visited.at(-1)).toBe('RefuseUnload');
  });

  it('goes back to a fresh UNLOAD from where a redrive starts', async () => {
    const described = (_args: unknown, attempt: number) => ({
      Status: attempt === 1 ? 'FAILED' : 'FINISHED',
      ResultRows: 1,
    });
    const { status, visited } = await extract({
      DescribeUnload: described,
      RefuseUnload: () => ({ retired: 'statement-1' }),
    });
    expect(status).toBe('SUCCEEDED');
    expect(visited.slice(-6)).toEqual([
      'Unload',
      'WaitForUnload',
      'DescribeUnload',
      'HasUnloadEnded',
      'Split',
      'Extracted',
    ]);
  });

  it.each(['Plan', 'Split', 'RefuseUnload'])('tries %s again when Lambda had a bad moment', async (state) => {
    const good = happy[state]!;
    const described = state === 'RefuseUnload' ? { DescribeUnload: () => ({ Status: 'FAILED' }) } : {};
    const { events } = await extract({
      ...described,
      [state]: (args, attempt) => {
        if (attempt === 1) throw Object.assign(new Error(), { error: 'Lambda.TooManyRequestsException' });
        return good(args, attempt);
      },
    });
    const failures = events.filter(({ type }) => type === 'LambdaFunctionFailed');
    expect(failures[0]?.details).toMatchObject({
      lambdaFunctionFailedEventDetails: { error: 'Lambda.TooManyRequestsException' },
    });
  });

  it('asks again when Redshift does not answer about a statement', async () => {
    const { status } = await extract({
      DescribeUnload: (_args, attempt) => {
        if (attempt < 4) throw Object.assign(new Error(), { error: 'RedshiftData.InternalServerException' });
        return { Status: 'FINISHED', ResultRows: 1 };
      },
    });
    expect(status).toBe('SUCCEEDED');
  });

  it.each([
    ['Plan', 'EventNotAccepted'],
    ['Plan', 'Sandbox.Timedout'],
    ['Split', 'EventNotAccepted'],
    ['Split', 'ConditionalRequestConflict'],
    ['Unload', 'RedshiftData.RedshiftDataException'],
    ['DescribeUnload', 'RedshiftData.RedshiftDataException'],
  ])('gets over %s failing with %s for a moment', async (state, error) => {
    const good = happy[state]!;
    const { status } = await extract({
      [state]: (args, attempt) => {
        if (attempt <= 3) throw Object.assign(new Error(), { error });
        return good(args, attempt);
      },
    });
    expect(status).toBe('SUCCEEDED');
  });

  it('does not wait for hours where the Data API is denied', async () => {
    const unload = jest.fn<Tasks[string]>(() => {
      throw Object.assign(new Error(), { error: 'RedshiftData.RedshiftDataException', cause: 'not authorized' });
    });
    expect(await extract({ Unload: unload })).toMatchObject({ status: 'FAILED', cause: 'not authorized' });
    expect(unload).toHaveBeenCalledTimes(7);
  });

  it.each([
    ['Plan', 'CatalogueMissing'],
    ['Unload', 'RedshiftData.ValidationException'],
    ['Split', 'UnloadIncomplete'],
  ])('fails where %s fails for good, uncaught, so that a redrive starts there', async (state, error) => {
    const walked = await extract({
      [state]: () => {
        throw Object.assign(new Error(), { error, cause: 'why' });
      },
    });
    expect(walked).toMatchObject({ status: 'FAILED', error, cause: 'why' });
    expect(walked.visited.at(-1)).toBe(state);
  });

  // The last test: it looks back on the walks of all others.
  it('was walked in every state, choice, catcher and retrier', () => {
    expect(machine.unwalked()).toEqual([]);
  });
});
