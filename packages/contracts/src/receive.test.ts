import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { modelPromoted } from './evaluation/modelPromoted.v1.ts';
import { modelRejected } from './evaluation/modelRejected.v1.ts';
import { events } from './events.ts';
import { EventError, isEvent, parseEvent, safeParseEvent } from './receive.ts';
import { buildBrokenEvent, buildEvent, inQueue, inTopic, toSubscriber } from './testing.ts';

const event = buildEvent(modelPromoted);
const { source, detail } = event;
const read = { source, 'detail-type': event['detail-type'], detail };

const refusal = (received: unknown): EventError => {
  const parsed = safeParseEvent([modelPromoted, modelRejected], received);
  if (parsed.success) throw new Error('it was not refused');
  return parsed.error;
};

describe('parseEvent', () => {
  it.each<[string, unknown]>([
    ['as EventBridge delivers it', event],
    ['in an SQS message of Lambda', inQueue(event)],
    ['in an SQS message of the SDK', { MessageId: '1', ReceiptHandle: 'r', Body: JSON.stringify(event) }],
    ['in an SNS record of Lambda', toSubscriber(event).Records[0]],
    ['in an SNS notification', inTopic(event)],
    ['in an SNS notification in an SQS message', inQueue(inTopic(event))],
    ['in an SQS message, delivered raw by SNS', inQueue(event)],
    ['as JSON text', JSON.stringify(event)],
  ])('takes an event %s', (_, received) => {
    expect(parseEvent(modelPromoted, received)).toEqual(read);
  });

  it('drops what it does not know, however deep', () => {
    const later = buildEvent(modelPromoted, { metadata: { schemaVersion: '1.7' } });
    Object.assign(later.detail.data, { later: 1 });
    Object.assign(later.detail.data.candidate, { later: 1 });
    expect(parseEvent(modelPromoted, later).detail).toEqual({
      ...detail,
      metadata: { ...detail.metadata, schemaVersion: '1.7' },
    });
  });

  it('gives the event of several that it is, told apart by its type', () => {
    const parsed = parseEvent([modelPromoted, modelRejected], buildEvent(modelRejected));
    if (parsed['detail-type'] === modelRejected.detailType) {
      const rejected: 'ModelRejected.v1' = parsed['detail-type'];
      expect(rejected).toBe('ModelRejected.v1');
    }
    expect(parsed.source).toBe('regulabel.evaluation');
  });

  it('gives back every event of ours as it was built', () => {
    for (const contract of events) {
      const built = buildEvent(contract);
      expect(parseEvent(events, inQueue(built)).detail).toEqual(built.detail);
    }
  });

  it('throws what safeParseEvent answers', () => {
    const broken = buildBrokenEvent(modelPromoted, { data: { country: 'Germany' } });
    expect(() => parseEvent(modelPromoted, broken)).toThrow(EventError);
  });
});

describe('EventError', () => {
  it('names path, id and version of a broken event', () => {
    const broken = buildBrokenEvent(modelPromoted, {
      metadata: { schemaVersion: '1.3', id: 'a'.repeat(32) },
      data: { country: 'Germany', candidate: { metrics: { rows: -1 } } },
    });
    const error = refusal(inQueue(broken));
    expect(error).toMatchObject({
      name: 'EventBroken',
      detailType: 'ModelPromoted.v1',
      eventId: 'a'.repeat(32),
      schemaVersion: '1.3',
    });
    expect(error.problems.map(({ path }) => path)).toEqual([
      'detail.data.country',
      'detail.data.candidate.metrics.rows',
    ]);
    expect(error.message).toMatch(/^ModelPromoted\.v1 a{32} 1\.3: detail\.data\.country: .*; detail\.data\.candidate/);
    expect(error.cause).toBeDefined();
  });

  it('tells an unknown major version of a known event from a broken one', () => {
    expect(refusal({ ...event, 'detail-type': 'ModelPromoted.v2' })).toMatchObject({
      name: 'EventMajorUnknown',
      detailType: 'ModelPromoted.v2',
      eventId: detail.metadata.id,
      problems: [{ path: 'detail-type', message: 'not one of ModelPromoted.v1, ModelRejected.v1' }],
    });
  });

  it.each([
    ['of another type', { ...event, 'detail-type': 'ModelHeld.v1' }],
    ['of the same name from elsewhere', { ...event, source: 'somebody.else' }],
  ])('tells an event %s', (_, received) => {
    expect(refusal(received).name).toBe('EventUnknown');
  });

  it('says which of the two names is another', () => {
    expect(refusal({ ...event, 'detail-type': 'ModelHeld.v1' }).problems[0]?.path).toBe('detail-type');
    expect(refusal({ ...event, source: 'somebody.else' }).problems[0]?.path).toBe('source');
  });

  it.each<[string, unknown]>([
    ['no JSON', inQueue(event).body.slice(1)],
    ['no JSON in a queue', { body: '{' }],
    ['no JSON in a topic', inQueue({ ...inTopic(event), Message: 'hello' })],
    ['no event', {}],
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
  ])('takes %s as a broken event', (_, received) => {
    expect(refusal(received)).toMatchObject({ name: 'EventBroken', detailType: undefined, eventId: undefined });
  });

  it.each<[string, unknown, string]>([
    ['no JSON', '{', 'no event: not JSON'],
    [
      'a whole batch',
      { Records: [inQueue(event)] },
      'no event: detail-type: not one of ModelPromoted.v1, ModelRejected.v1',
    ],
    [
      'an event without metadata',
      { ...event, detail: {} },
      'ModelPromoted.v1: detail.metadata: Invalid input: expected object, received undefined; ' +
        'detail.data: Invalid input: expected object, received undefined',
    ],
  ])('says of %s what is wrong, and nothing that it does not know', (_, received, message) => {
    expect(refusal(received).message).toBe(message);
  });

  it('is what becomes of a message that wraps itself without end', () => {
    const deep = `${'{"body":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    expect(refusal(deep).name).toBe('EventBroken');
  });

  it('is all that anything makes of it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.json()), (received) => {
        expect(refusal(received)).toBeInstanceOf(EventError);
      }),
    );
  });
});

describe('isEvent', () => {
  it('holds for the event itself, as it was delivered', () => {
    const received: unknown = event;
    expect(isEvent(modelPromoted, received) && received.detail.data.candidate.model).toBe(detail.data.candidate.model);
    expect(isEvent(modelRejected, received)).toBe(false);
  });

  it('does not hold for what breaks its contract, or still is wrapped', () => {
    expect(isEvent(modelPromoted, buildBrokenEvent(modelPromoted, { data: { runId: 7 } }))).toBe(false);
    expect(isEvent(modelPromoted, inQueue(event))).toBe(false);
    expect(isEvent(modelPromoted, undefined)).toBe(false);
  });
});
