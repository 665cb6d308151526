import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Message attributes as SQS and SNS take them; binary ones are not supported. */
export const messageAttributes = z
  .record(
    z.string().min(1).max(256),
    z.strictObject({ DataType: z.string().regex(/^(String|Number)(\..+)?$/), StringValue: z.string() }),
  )
  .default({});
export type MessageAttributes = z.output<typeof messageAttributes>;

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** The digest that SDKs check: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation */
export function md5OfAttributes(attributes: MessageAttributes): { MD5OfMessageAttributes?: string } {
  const entries = Object.entries(attributes).sort(([left], [right]) => (left < right ? -1 : 1));
  if (entries.length === 0) return {};
  const hash = createHash('md5');
  const field = (text: string): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    hash.update(length).update(text);
  };
  for (const [name, { DataType, StringValue }] of entries) {
    field(name);
    field(DataType);
    // Of a text.
    hash.update(Buffer.from([1]));
    field(StringValue);
  }
  return { MD5OfMessageAttributes: hash.digest('hex') };
}

/** Bytes that count towards a message's size. */
export function sizeOf(body: string, attributes: MessageAttributes): number {
  const texts = Object.entries(attributes).flatMap(([name, { DataType, StringValue }]) => [
    name,
    DataType,
    StringValue,
  ]);
  return [body, ...texts].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}
