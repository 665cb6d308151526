import type { Context, SQSEvent } from 'aws-lambda';

/** What Lambda tells a function about itself, as far as our handlers read it. */
export const context = {
  functionName: 'function',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:function',
  memoryLimitInMB: '512',
  awsRequestId: 'request',
  getRemainingTimeInMillis: () => 30_000,
} as Context;

/** What EventBridge adds to every event that it delivers. */
const delivery = {
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  account: '111122223333',
  time: '2026-11-01T04:00:01Z',
  region: 'eu-west-1',
  resources: [],
};

/** A batch of SQS messages, each with an EventBridge event as its body; the n-th message's id is `message-<n>`, from 0. */
export const queueEvent = (...events: readonly object[]): SQSEvent => ({
  Records: events.map((event, index) => ({
    messageId: `message-${index}`,
    receiptHandle: 'receipt',
    body: JSON.stringify({ ...delivery, ...event }),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'events',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:111122223333:queue',
    awsRegion: 'eu-west-1',
  })),
});

/** The answer of a batch whose messages are all done with. */
export const allHandled = { batchItemFailures: [] };
/** The answer of a batch of one whose message is to be delivered again. */
export const notHandled = { batchItemFailures: [{ itemIdentifier: 'message-0' }] };

interface Contract {
  readonly source: string;
  readonly detailType: string;
  readonly schemaVersion: string;
  readonly producer: string;
}

/** An event of ours as a rule delivers it, with `data` in an envelope that keeps the contract. */
export const ownEventOf = (contract: Contract, data: { readonly runId: string }) => ({
  source: contract.source,
  'detail-type': contract.detailType,
  detail: {
    metadata: {
      id: '0123456789abcdef0123456789abcdef',
      correlationId: data.runId,
      causationId: 'arn:aws:states:eu-west-1:111122223333:execution:machine:example',
      time: '2026-11-01T04:00:00.000Z',
      schemaVersion: contract.schemaVersion,
      producer: contract.producer,
    },
    data,
  },
});
