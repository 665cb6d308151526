import { z } from 'zod';
import { AwsError } from '../aws.ts';
import { notSupported } from '../operation.ts';

/** A queue's attributes, all strings. */
export type QueueAttributes = Readonly<Record<string, string>>;

export const MOST_BYTES = 1_048_576;

export const DEFAULTS: QueueAttributes = {
  VisibilityTimeout: '30',
  DelaySeconds: '0',
  MaximumMessageSize: String(MOST_BYTES),
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
};

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  VisibilityTimeout: [0, 43_200],
  MessageRetentionPeriod: [60, 1_209_600],
};
const TEXTS = ['Policy', 'KmsMasterKeyId', 'RedrivePolicy'];

const redrive = z.object({
  deadLetterTargetArn: z.string(),
  maxReceiveCount: z.coerce.number().int().min(1).max(1000),
});

/** Throws what SQS says to a value out of range; `exists` tells whether a dead-letter queue does. */
export function checkAttributes(attributes: QueueAttributes, exists: (arn: string) => boolean): void {
  for (const [name, value] of Object.entries(attributes)) {
    const [least, most] = RANGES[name] ?? [0, Infinity];
    if (!(name in RANGES) && !TEXTS.includes(name)) throw notSupported(`The queue attribute ${name}`);
    if (name in RANGES && !(/^\d+$/.test(value) && Number(value) >= least && Number(value) <= most)) {
      throw new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
    }
  }
  const policy = redrivePolicy(attributes);
  if (policy !== undefined && !exists(policy.deadLetterTargetArn)) {
    throw invalidRedrive(attributes, 'Dead letter target does not exist.');
  }
}

/** Throws InvalidParameterValue. */
export function redrivePolicy(attributes: QueueAttributes): z.output<typeof redrive> | undefined {
  const text = attributes['RedrivePolicy'];
  if (text === undefined) return undefined;
  try {
    return redrive.parse(JSON.parse(text));
  } catch (error) {
    throw invalidRedrive(attributes, error instanceof z.ZodError ? z.prettifyError(error) : 'It is not JSON.', error);
  }
}

const invalidRedrive = ({ RedrivePolicy }: QueueAttributes, reason: string, cause?: unknown): AwsError =>
  new AwsError(
    'InvalidParameterValue',
    `Value ${String(RedrivePolicy)} for parameter RedrivePolicy is invalid. Reason: ${reason}`,
    { cause },
  );
