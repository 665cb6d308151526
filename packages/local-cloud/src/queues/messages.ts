import { AwsError, type Caller, type Output } from '../aws.ts';
import { md5OfAttributes, selected, sizeOf, type MessageAttributes } from './messageAttributes.ts';
import type { Message, Queue } from './queue.ts';

const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const MOST_IN_BATCH = 10;

interface Outgoing {
  readonly MessageBody: string;
  readonly DelaySeconds?: number | undefined;
  readonly MessageAttributes?: MessageAttributes | undefined;
}

/** SendMessage. */
export function send(
  queue: Queue,
  { MessageBody, DelaySeconds, MessageAttributes = {} }: Outgoing,
  caller: Caller,
): Output {
  if (MessageBody === '') {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (FORBIDDEN.test(MessageBody)) {
    const allowed = '#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF';
    throw new AwsError('InvalidMessageContents', `Invalid characters found. Valid unicode characters are ${allowed}`);
  }
  const limit = queue.number('MaximumMessageSize');
  if (sizeOf(MessageBody, MessageAttributes) > limit) {
    const reason = `Message must be shorter than ${limit} bytes.`;
    throw new AwsError('InvalidParameterValue', `One or more parameters are invalid. Reason: ${reason}`);
  }
  const message = queue.send(MessageBody, MessageAttributes, caller.arn, DelaySeconds);
  return { MessageId: message.id, MD5OfMessageBody: message.md5, ...digest(MessageAttributes) };
}

const digest = (given: MessageAttributes): object => {
  const MD5OfMessageAttributes = md5OfAttributes(given);
  return MD5OfMessageAttributes === undefined ? {} : { MD5OfMessageAttributes };
};

/** A received message as SQS shows it: with the system attributes and the message attributes asked for. */
export function incoming(message: Message, system: readonly string[], wanted: readonly string[]): object {
  const MessageAttributes = selected(message.attributes, wanted);
  const all: Record<string, string | undefined> = {
    SenderId: message.sender,
    SentTimestamp: String(message.sent),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.firstReceived),
    DeadLetterQueueSourceArn: message.deadLetterSource,
  };
  const asked = Object.entries(all).filter(
    ([name, value]) => value !== undefined && (system.includes('All') || system.includes(name)),
  );
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    MD5OfBody: message.md5,
    Body: message.body,
    ...(asked.length === 0 ? {} : { Attributes: Object.fromEntries(asked) }),
    ...(Object.keys(MessageAttributes).length === 0 ? {} : { MessageAttributes, ...digest(MessageAttributes) }),
  };
}

/** As on AWS, a handle of an earlier receive deletes nothing and is no error. */
export function remove(queue: Queue, receipt: string): Output {
  checkReceipt(receipt);
  const message = queue.received(receipt);
  if (message !== undefined) queue.remove(message);
  return undefined;
}

/** ChangeMessageVisibility. */
export function changeVisibility(
  queue: Queue,
  { ReceiptHandle, VisibilityTimeout }: { ReceiptHandle: string; VisibilityTimeout: number },
): Output {
  checkReceipt(ReceiptHandle);
  const message = queue.received(ReceiptHandle);
  if (message === undefined || message.visible <= Date.now()) {
    const reason = 'Message does not exist or is not available for visibility timeout change.';
    throw new AwsError(
      'InvalidParameterValue',
      `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: ${reason}`,
    );
  }
  queue.put({ ...message, visible: Date.now() + VisibilityTimeout * 1000 });
  queue.wake();
  return undefined;
}

function checkReceipt(receipt: string): void {
  if (/^[\da-f-]{36}\/[\da-f-]{36}$/.test(receipt)) return;
  throw new AwsError('ReceiptHandleIsInvalid', `The input receipt handle "${receipt}" is not a valid receipt handle.`);
}

/** Runs each entry of a batch by itself: one that fails does not keep the others. */
export function inBatch<E extends { readonly Id: string }>(batch: readonly E[], run: (entry: E) => Output): Output {
  if (batch.length === 0) throw new AwsError('EmptyBatchRequest', "The batch request doesn't contain any entries.");
  if (batch.length > MOST_IN_BATCH) {
    throw new AwsError('TooManyEntriesInBatchRequest', `Maximum number of entries per request are ${MOST_IN_BATCH}.`);
  }
  if (new Set(batch.map(({ Id }) => Id)).size < batch.length) {
    throw new AwsError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  }
  const results = batch.map((entry) => {
    try {
      return { Id: entry.Id, ...run(entry) };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message };
    }
  });
  return {
    Successful: results.filter((result) => !('SenderFault' in result)),
    Failed: results.filter((result) => 'SenderFault' in result),
  };
}
