import { ListDeadLetterSourceQueuesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { exampleSession } from '../session.fixture.ts';
import { inspectQueue } from './inspect.ts';

const sqs = mockClient(SQSClient);
const url = 'https://sqs.eu-west-1.amazonaws.com/111122223333/regulabel-dev-schedules-dlq';
const queue = { queue: 'regulabel-dev-schedules-dlq', url, messages: 2, inFlight: 0 };

const text = (StringValue: string) => ({ DataType: 'String', StringValue });
const sent = (time: string) => ({ SentTimestamp: String(Date.parse(time)) });

beforeEach(() => {
  sqs.reset();
  sqs.on(ListDeadLetterSourceQueuesCommand).resolves({});
  sqs.on(ReceiveMessageCommand).resolves({
    Messages: [
      { Body: 'Toaster', Attributes: sent('2026-11-02T02:00:00Z') },
      {
        Body: '{"purpose":"training","scheduledTime":"2026-11-01T02:00:00Z"}',
        Attributes: sent('2026-11-01T02:00:01Z'),
        MessageAttributes: {
          ERROR_CODE: text('NO_PERMISSIONS'),
          SCHEDULE_ARN: text('arn:aws:scheduler:eu-west-1:111122223333:schedule/default/regulabel-dev-training'),
        },
      },
    ],
  });
});

describe('inspectQueue', () => {
  it('says what the first messages are about, the oldest first, and leaves them where they are', async () => {
    expect(await inspectQueue(exampleSession, queue)).toEqual({
      queue: queue.queue,
      ...{ serves: [], messages: 2, inFlight: 0 },
      first: [
        {
          sentAt: '2026-11-01T02:00:01.000Z',
          type: 'regulabel-dev-training',
          runId: 'training-20261101T020000Z',
          error: 'NO_PERMISSIONS',
        },
        { sentAt: '2026-11-02T02:00:00.000Z', type: 'unreadable' },
      ],
    });
    expect(sqs.commandCalls(ReceiveMessageCommand, { QueueUrl: url, VisibilityTimeout: 0 })).toHaveLength(1);
  });

  it('receives nothing from an empty queue', async () => {
    expect(await inspectQueue(exampleSession, { ...queue, messages: 0 })).toMatchObject({ first: [] });
    expect(sqs.commandCalls(ReceiveMessageCommand)).toHaveLength(0);
  });
});
