import { describe, expect, it, jest } from '@jest/globals';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import * as z from 'zod';
import { modelPromoted } from '@regulabel/contracts/evaluation/modelPromoted.v1';
import { buildBrokenEvent, buildEvent } from '@regulabel/contracts/testing';
import { modelTrained } from '@regulabel/contracts/training/modelTrained.v1';
import { failureOf } from './failures.ts';
import { eventHandler, executionEnded, logger, queueHandler, stateHandler } from './handlers.ts';

process.env['POWERTOOLS_DEV'] = 'true';
const context = { functionName: 'f', awsRequestId: '1', getRemainingTimeInMillis: () => 1000 } as unknown as Context;
const message = (messageId: string, body: unknown) => ({
  messageId,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  attributes: {},
});
const deliver = (handler: unknown, ...records: unknown[]) =>
  (handler as (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>)(
    { Records: records } as SQSEvent,
    context,
  );

describe('queueHandler', () => {
  const schema = z.object({ n: z.number() });

  it('handles every message, and reports exactly the ones that fail', async () => {
    const handled: number[] = [];
    const handler = queueHandler(schema, ({ n }) => {
      if (n === 2) return Promise.reject(new Error('no'));
      handled.push(n);
      return Promise.resolve();
    });
    const answer = await deliver(
      handler,
      message('a', { n: 1 }),
      message('b', { n: 2 }),
      message('c', { n: 3 }),
      message('d', 'not JSON'),
      message('e', { n: 'x' }),
    );
    expect(handled.sort()).toEqual([1, 3]);
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).toEqual(['b', 'd', 'e']);
  });

  it('reports each message when all of them fail', async () => {
    const handler = queueHandler(schema, () => Promise.reject(new Error('no')));
    const answer = await deliver(handler, message('a', { n: 1 }), message('b', { n: 2 }));
    expect(answer.batchItemFailures).toHaveLength(2);
  });

  it('logs why a message is to be delivered again', async () => {
    const log = jest.spyOn(logger, 'error').mockReturnValue();
    const error = new Error('no');
    await deliver(
      queueHandler(schema, () => Promise.reject(error)),
      message('a', { n: 1 }),
    );
    expect(log).toHaveBeenCalledWith('message a is to be delivered again', { error });
    log.mockRestore();
  });

  it('forgets the failures of the batch before', async () => {
    let works = false;
    const handler = queueHandler(schema, () => (works ? Promise.resolve() : Promise.reject(new Error('no'))));
    await deliver(handler, message('a', { n: 1 }));
    works = true;
    await expect(deliver(handler, message('a', { n: 1 }))).resolves.toEqual({ batchItemFailures: [] });
  });
});

describe('eventHandler', () => {
  it('handles events of ours, whatever later versions add, and hands back the others with the reason', async () => {
    const log = jest.spyOn(logger, 'error').mockReturnValue();
    const handled: string[] = [];
    const handler = eventHandler([modelTrained, modelPromoted], (event) => {
      handled.push(event.detail.data.runId);
      return Promise.resolve();
    });
    const later = buildEvent(modelTrained, { metadata: { schemaVersion: '1.7' } });
    Object.assign(later.detail.data, { later: true });
    const answer = await deliver(
      handler,
      message('a', later),
      message('b', buildBrokenEvent(modelTrained, { data: { country: 'Germany' } })),
      message('c', { ...later, 'detail-type': 'ModelTrained.v2' }),
      message('d', buildEvent(modelPromoted)),
      message('e', 'not JSON'),
    );
    expect(handled).toEqual([later.detail.data.runId, buildEvent(modelPromoted).detail.data.runId]);
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier).sort()).toEqual(['b', 'c', 'e']);
    expect(log.mock.calls.map(([, reason]) => (reason as { error: Error }).error.name).sort()).toEqual([
      'EventBroken',
      'EventBroken',
      'EventMajorUnknown',
    ]);
    log.mockRestore();
  });
});

describe('stateHandler', () => {
  it('parses the payload and answers the result', async () => {
    const handler = stateHandler(z.object({ n: z.number() }), ({ n }) =>
      Promise.resolve({ twice: 2 * n }),
    ) as unknown as (event: unknown, context: Context) => Promise<unknown>;
    await expect(handler({ n: 2 }, context)).resolves.toEqual({ twice: 4 });
    await expect(handler({ n: '2' }, context)).rejects.toMatchObject({ name: 'ContractError' });
  });
});

describe('executionEnded', () => {
  const event = {
    ...{ version: '0', id: '1', account: '1', region: 'eu-west-1', time: '2026-11-01T02:00:00Z', resources: [] },
    ...{ source: 'aws.states', 'detail-type': 'Step Functions Execution Status Change' },
  };
  const detail = { executionArn: 'arn:e', name: 'e', status: 'FAILED', error: null, cause: null };

  it.each([
    ['null', { input: null }],
    ['absent', {}],
  ])('takes an input that is %s: it was too large', (_, input) => {
    expect(executionEnded.safeParse({ ...event, detail: { ...detail, ...input } }).success).toBe(true);
  });
});

describe('failureOf', () => {
  const ended = { executionArn: 'arn:e', name: 'e', status: 'FAILED' as const, input: null };

  it('says what the job said when the cause is its description', () => {
    const cause = JSON.stringify({
      ProcessingJobName: 'x',
      ExitMessage: '3 of 500 rows are missing',
      FailureReason: 'AlgorithmError: exit code: 1',
    });
    expect(failureOf({ ...ended, error: 'States.TaskFailed', cause })).toEqual({
      executionArn: 'arn:e',
      status: 'FAILED',
      error: 'States.TaskFailed',
      cause: '3 of 500 rows are missing | AlgorithmError: exit code: 1',
    });
  });

  it('keeps a cause that is text, and names an end that has no error', () => {
    expect(failureOf({ ...ended, error: 'UnloadFailed', cause: 'no such table' }).cause).toBe('no such table');
    expect(failureOf({ ...ended, status: 'TIMED_OUT' })).toMatchObject({ error: 'TimedOut', cause: '' });
  });
});
