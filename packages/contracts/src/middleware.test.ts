import middy from '@middy/core';
import { describe, expect, it, jest } from '@jest/globals';
import type { Context, SQSEvent } from 'aws-lambda';
import { modelPromoted } from './evaluation/modelPromoted.v1.ts';
import { modelRejected } from './evaluation/modelRejected.v1.ts';
import { eventParser, queueParser, type BatchAnswer } from './middleware.ts';
import type { EventError } from './receive.ts';
import { buildBrokenEvent, buildEvent, inQueue, inTopic, toSubscriber } from './testing.ts';

const context = { getRemainingTimeInMillis: () => 1000 } as unknown as Context;
const broken = buildBrokenEvent(modelPromoted, { data: { country: 'Germany' } });

/** As Lambda calls a function: with whatever it has. */
const call = (handler: unknown, event: unknown): Promise<unknown> =>
  (handler as (event: unknown, context: Context) => Promise<unknown>)(event, context);

describe('eventParser', () => {
  const handler = middy()
    .use(eventParser(modelPromoted))
    .handler((event) => Promise.resolve(event.detail.data.candidate.model));

  it.each([
    ['a rule', buildEvent(modelPromoted)],
    ['a topic', toSubscriber(buildEvent(modelPromoted))],
  ])('hands over the event of %s', async (_, event) => {
    await expect(call(handler, event)).resolves.toBe(buildEvent(modelPromoted).detail.data.candidate.model);
  });

  it('fails the invocation for anything else', async () => {
    await expect(call(handler, broken)).rejects.toMatchObject({ name: 'EventBroken' });
    await expect(call(handler, toSubscriber(buildEvent(modelRejected)))).rejects.toMatchObject({
      name: 'EventUnknown',
    });
  });

  it('fails the invocation for a batch, of which it would lose all but one', async () => {
    const Records = ['a', 'b'].map((id) => inQueue(buildEvent(modelPromoted), id));
    await expect(call(handler, { Records })).rejects.toThrow('2 records: behind a queue, use queueParser');
  });
});

describe('queueParser', () => {
  const refuse = jest.fn<(error: EventError, messageId: string) => void>();
  const handled: string[] = [];
  const handlerThat = (answer: () => BatchAnswer | undefined) =>
    middy()
      .use(queueParser([modelPromoted, modelRejected], refuse))
      .handler(({ messages }): Promise<BatchAnswer | undefined> => {
        handled.push(...messages.map(({ messageId, event }) => `${messageId} ${event['detail-type']}`));
        return Promise.resolve(answer());
      });
  const batch = {
    Records: [
      inQueue(buildEvent(modelPromoted), 'a'),
      inQueue(broken, 'b'),
      inQueue(inTopic(buildEvent(modelRejected)), 'c'),
    ],
  } satisfies SQSEvent;

  it('hands over the events, hands back the others, and says why', async () => {
    await expect(
      call(
        handlerThat(() => undefined),
        batch,
      ),
    ).resolves.toEqual({
      batchItemFailures: [{ itemIdentifier: 'b' }],
    });
    expect(handled.splice(0)).toEqual(['a ModelPromoted.v1', 'c ModelRejected.v1']);
    expect(refuse.mock.calls).toEqual([[expect.objectContaining({ name: 'EventBroken' }), 'b']]);
  });

  it('adds what the handler itself could not handle', async () => {
    const answer = { batchItemFailures: [{ itemIdentifier: 'c' }] };
    await expect(
      call(
        handlerThat(() => answer),
        batch,
      ),
    ).resolves.toEqual({
      batchItemFailures: [{ itemIdentifier: 'c' }, { itemIdentifier: 'b' }],
    });
  });

  it('leaves the whole batch to SQS when the handler throws', async () => {
    const handler = handlerThat(() => {
      throw new Error('no');
    });
    await expect(call(handler, batch)).rejects.toThrow('no');
  });
});
