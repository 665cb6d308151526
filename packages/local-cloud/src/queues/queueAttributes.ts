import { AwsError } from '../aws.ts';
import { notSupported } from '../operation.ts';

/** A queue's attributes as their owner set them, all strings. */
export type QueueAttributes = Readonly<Record<string, string>>;

const DEFAULTS: QueueAttributes = {
  VisibilityTimeout: '30',
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
};

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  VisibilityTimeout: [0, 43_200],
  DelaySeconds: [0, 900],
  MaximumMessageSize: [1024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
};
const TEXTS = new Set(['Policy', 'KmsMasterKeyId', 'SqsManagedSseEnabled', 'RedrivePolicy', 'RedriveAllowPolicy']);

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

/**
 * `before` with `changes`; an empty value removes an attribute. Throws what SQS says to an attribute it does not know or
 * a value out of range; `exists` tells whether a dead-letter queue does.
 */
export function changed(
  before: QueueAttributes | undefined,
  changes: QueueAttributes,
  exists: (arn: string) => boolean,
): QueueAttributes {
  for (const [name, value] of Object.entries(changes)) check(name, value, exists);
  const encryption = changes['KmsMasterKeyId'] ? { SqsManagedSseEnabled: 'false' } : {};
  const all = { ...(before ?? DEFAULTS), ...encryption, ...changes };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

function check(name: string, value: string, exists: (arn: string) => boolean): void {
  const range = RANGES[name];
  if (range !== undefined) {
    const number = /^\d+$/.test(value) ? Number(value) : -1;
    if (number < range[0] || number > range[1]) {
      throw new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
    }
  } else if (name === 'FifoQueue' || name === 'ContentBasedDeduplication') {
    throw notSupported('A FIFO queue');
  } else if (!TEXTS.has(name)) {
    throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
  if (name === 'RedrivePolicy' && value !== '') checkRedrive(value, exists);
}

function checkRedrive(value: string, exists: (arn: string) => boolean): void {
  const { deadLetterTargetArn, maxReceiveCount } = redrivePolicy(value);
  if (!(maxReceiveCount >= 1 && maxReceiveCount <= 1000))
    throw invalidRedrive(value, 'maxReceiveCount must be 1 to 1000.');
  if (!exists(deadLetterTargetArn)) throw invalidRedrive(value, 'Dead letter target does not exist.');
}

/** Reads a RedrivePolicy. Throws InvalidParameterValue. */
export function redrivePolicy(text: string): RedrivePolicy {
  let policy: { deadLetterTargetArn?: unknown; maxReceiveCount?: unknown };
  try {
    policy = JSON.parse(text) as typeof policy;
  } catch (error) {
    throw invalidRedrive(text, 'Redrive policy is not a valid JSON map.', error);
  }
  const { deadLetterTargetArn, maxReceiveCount } = policy;
  if (typeof deadLetterTargetArn !== 'string') {
    throw invalidRedrive(text, 'Redrive policy does not contain mandatory attribute: deadLetterTargetArn.');
  }
  return { deadLetterTargetArn, maxReceiveCount: Number(maxReceiveCount) };
}

const invalidRedrive = (value: string, reason: string, cause?: unknown): AwsError =>
  new AwsError('InvalidParameterValue', `Value ${value} for parameter RedrivePolicy is invalid. Reason: ${reason}`, {
    cause,
  });
