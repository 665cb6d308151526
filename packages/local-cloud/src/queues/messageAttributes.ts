import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Message attributes as SQS and SNS take them. Binary values are base64 (JSON) or bytes (in-process). */
export const messageAttributes = z
  .record(
    z.string().min(1).max(256),
    z.strictObject({
      DataType: z.string().regex(/^(String|Number|Binary)(\..+)?$/),
      StringValue: z.string().optional(),
      BinaryValue: z
        .union([z.string(), z.instanceof(Uint8Array).transform((bytes) => Buffer.from(bytes).toString('base64'))])
        .optional(),
    }),
  )
  .optional();
export type MessageAttributes = NonNullable<z.output<typeof messageAttributes>>;

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** The digest that SDKs check; undefined without attributes. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const field = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {};
    field(Buffer.from(name));
    field(Buffer.from(DataType));
    hash.update(Buffer.from([BinaryValue === undefined ? 1 : 2]));
    field(BinaryValue === undefined ? Buffer.from(StringValue ?? '') : Buffer.from(BinaryValue, 'base64'));
  }
  return hash.digest('hex');
}

/** Bytes that count towards a message's size. */
export function sizeOf(body: string, attributes: MessageAttributes): number {
  const sizes = Object.entries(attributes).map(([name, { DataType, StringValue = '', BinaryValue = '' }]) =>
    [name, DataType, StringValue].reduce(
      (sum, text) => sum + Buffer.byteLength(text),
      Buffer.byteLength(BinaryValue, 'base64'),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, Buffer.byteLength(body));
}

/** Those of the attributes that a receiver asks for: `All`, `.*`, `prefix.*` or names. */
export function selected(attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes {
  const asked = (name: string): boolean =>
    wanted.some((each) => each === 'All' || (each.endsWith('.*') ? name.startsWith(each.slice(0, -2)) : each === name));
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => asked(name)));
}
