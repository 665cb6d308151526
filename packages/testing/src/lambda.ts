import { inQueue } from '@regulabel/contracts/testing';
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
  Records: events.map((event, index) => inQueue({ ...delivery, ...event }, `message-${index}`)),
});

/** The answer of a batch whose messages are all done with. */
export const allHandled = { batchItemFailures: [] };
/** The answer of a batch of one whose message is to be delivered again. */
export const notHandled = { batchItemFailures: [{ itemIdentifier: 'message-0' }] };
