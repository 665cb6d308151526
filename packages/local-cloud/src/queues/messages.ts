import { AwsError, type Output } from '../aws.ts';
import { md5OfAttributes, sizeOf, type MessageAttributes } from './messageAttributes.ts';
import type { Message, Queue } from './queue.ts';
import { MOST_BYTES } from './queueAttributes.ts';

const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const MOST_IN_BATCH = 10;

export interface Outgoing {
  readonly MessageBody: string;
  readonly MessageAttributes: MessageAttributes;
}

/** SendMessage. */
export function send(queue: Queue, { MessageBody, MessageAttributes }: Outgoing, sender: string): Output {
  if (MessageBody === '') {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  if (FORBIDDEN.test(MessageBody)) {
    const allowed = '#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF';
    throw new AwsError('InvalidMessageContents', `Invalid characters found. Valid unicode characters are ${allowed}`);
  }
  if (sizeOf(MessageBody, MessageAttributes) > MOST_BYTES) {
    const reason = `Message must be shorter than ${MOST_BYTES} bytes.`;
    throw new AwsError('InvalidParameterValue', `One or more parameters are invalid. Reason: ${reason}`);
  }
  const message = queue.send(MessageBody, MessageAttributes, sender);
  return { MessageId: message.id, MD5OfMessageBody: message.md5, ...md5OfAttributes(MessageAttributes) };
}

/** A received message as SQS shows it: with the system attributes and the message attributes asked for. */
export function incoming(message: Message, system: readonly string[], wanted: readonly string[]): object {
  const isAsked = ([name, value]: readonly [string, unknown], names: readonly string[]): boolean =>
    value !== undefined && (names.includes('All') || names.includes(name));
  const all = {
    SenderId: message.sender,
    SentTimestamp: String(message.sent),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.firstReceived),
    DeadLetterQueueSourceArn: message.deadLetterSource,
  };
  const asked = Object.entries(all).filter((each) => isAsked(each, system));
  const MessageAttributes = Object.fromEntries(
    Object.entries(message.attributes).filter((each) => isAsked(each, wanted)),
  );
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    MD5OfBody: message.md5,
    Body: message.body,
    ...(asked.length > 0 && { Attributes: Object.fromEntries(asked) }),
    ...(Object.keys(MessageAttributes).length > 0 && { MessageAttributes, ...md5OfAttributes(MessageAttributes) }),
  };
}

/** As on AWS, a handle of an earlier receive deletes nothing and is no error. */
export function remove(queue: Queue, receipt: string): Output {
  const message = received(queue, receipt);
  if (message !== undefined) queue.remove(message);
  return undefined;
}

/** ChangeMessageVisibility. */
export function changeVisibility(queue: Queue, receipt: string, seconds: number): Output {
  const message = received(queue, receipt);
  if (message === undefined || message.visible <= Date.now()) {
    const reason = 'Message does not exist or is not available for visibility timeout change.';
    throw new AwsError(
      'InvalidParameterValue',
      `Value ${receipt} for parameter ReceiptHandle is invalid. Reason: ${reason}`,
    );
  }
  queue.put({ ...message, visible: Date.now() + seconds * 1000 });
  return undefined;
}

function received(queue: Queue, receipt: string): Message | undefined {
  if (/^[\da-f-]{36}\/[\da-f-]{36}$/.test(receipt)) return queue.received(receipt);
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
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of batch) {
    try {
      Successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}
