import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { failedMessageIds, toEventRecord } from './sqsBatch.ts';

const queueArn = 'arn:aws:sqs:eu-west-1:111122223333:orders';

describe('toEventRecord', () => {
  it("has the shape of AWS's example", () => {
    const message = {
      MessageId: '059f36b4',
      ReceiptHandle: 'AQEB',
      Body: 'Test message.',
      MD5OfBody: 'e4e68fb7',
      Attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1545082649183' },
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'new' },
      },
    };
    expect(JSON.parse(JSON.stringify(toEventRecord(message, queueArn)))).toEqual({
      messageId: '059f36b4',
      receiptHandle: 'AQEB',
      body: 'Test message.',
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1545082649183' },
      messageAttributes: {
        kind: { stringValue: 'new', stringListValues: [], binaryListValues: [], dataType: 'String' },
      },
      md5OfBody: 'e4e68fb7',
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion: 'eu-west-1',
    });
  });
});

describe('failedMessageIds', () => {
  const batch = new Set(['a', 'b', 'c']);
  const failed = (answer: unknown) => [...failedMessageIds(JSON.stringify(answer), batch)];

  it.each([null, '', {}, { batchItemFailures: null }, { batchItemFailures: [] }, { other: 1 }])(
    'takes %j as success of the whole batch',
    (answer) => {
      expect(failed(answer)).toEqual([]);
    },
  );

  it('takes the messages that are named as failed, once each', () => {
    const batchItemFailures = [{ itemIdentifier: 'c' }, { itemIdentifier: 'a' }, { itemIdentifier: 'c' }];
    expect(failed({ batchItemFailures })).toEqual(['c', 'a']);
  });

  it.each([
    'done',
    42,
    { batchItemFailures: 'a' },
    { batchItemFailures: ['a'] },
    { batchItemFailures: [null] },
    { batchItemFailures: [{ itemIdentifier: '' }] },
    { batchItemFailures: [{ itemIdentifier: null }] },
    { batchItemFailures: [{ messageId: 'a' }] },
    { batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'of another batch' }] },
  ])('takes %j as failure of the whole batch', (answer) => {
    expect(failed(answer)).toEqual(['a', 'b', 'c']);
  });

  it('never leaves out a message of the batch that was named, and never names another, whatever the answer', () => {
    const item = fc.oneof(fc.record({ itemIdentifier: fc.constantFrom('a', 'b', 'c', 'd') }), fc.jsonValue());
    const answer = fc.oneof(fc.jsonValue(), fc.record({ batchItemFailures: fc.array(item) }));
    fc.assert(
      fc.property(answer, (given) => {
        const ids = failed(given);
        expect(ids.every((id) => batch.has(id))).toBe(true);
        const named = (given as { batchItemFailures?: unknown } | null)?.batchItemFailures;
        for (const each of Array.isArray(named) ? (named as unknown[]) : []) {
          const id = (each as { itemIdentifier?: string } | null)?.itemIdentifier ?? '';
          if (batch.has(id)) expect(ids).toContain(id);
        }
      }),
    );
  });
});
