/** SQS messages as a function gets them, and what its answer says of them. */

/** The members of SQS's ReceiveMessage that reach a function. */
export interface QueueMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MessageAttributes?: Readonly<Record<string, { DataType: string; StringValue: string }>>;
}

/** One element of `Records`: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function toEventRecord(message: QueueMessage, queueArn: string): Record<string, unknown> {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
    name,
    {
      stringValue: value.StringValue,
      stringListValues: [],
      binaryListValues: [],
      dataType: value.DataType,
    },
  ]);
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(attributes) as unknown,
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3],
  };
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/**
 * Which messages of a batch stay in the queue after an answer (JSON text) with partial batch responses: those it names;
 * none for an empty or null one; all of them when it names anything that is no message of the batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function failedMessageIds(answer: string, batch: ReadonlySet<string>): ReadonlySet<string> {
  const response = JSON.parse(answer) as unknown;
  if (response === null || response === '') return new Set();
  const failures = member(response, 'batchItemFailures') ?? [];
  if (typeof response !== 'object' || !Array.isArray(failures)) return batch;
  const failed = failures.map((failure) => member(failure, 'itemIdentifier'));
  return failed.every((id) => typeof id === 'string' && batch.has(id)) ? new Set(failed as string[]) : batch;
}
