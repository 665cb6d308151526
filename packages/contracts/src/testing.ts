import type { EventContract, EventData, EventOf, Metadata } from './event.ts';
import { valid } from './example.ts';
import { examplesOfEvents } from './examplesOfEvents.ts';
import { parseStrictly } from './parse.ts';
import { isEvent } from './receive.ts';

/** What EventBridge adds to every event that it delivers. */
interface Envelope {
  version: '0';
  /** EventBridge's own, which changes when the event is forwarded: de-duplicate on `detail.metadata.id`. */
  id: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
}

/** An event as EventBridge delivers it. */
export type DeliveredEvent<Contract extends EventContract> = Envelope & EventOf<Contract>;
/** The same, whether it keeps its contract or not. */
export type Delivered = Envelope & { source: string; 'detail-type': string; detail: unknown };

/** Part of a value: what is named takes the place of what was there, arrays as a whole; `undefined` takes a field out. */
export type Overrides<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { [Key in keyof Value]?: Overrides<Value[Key]> | undefined }
    : Value;

/**
 * An example of the event (`typical`, `minimal` or a further one), with `overrides` of its metadata and data. Throws `ContractError`
 * with the path when that does not keep the contract; {@link buildBrokenEvent} is for that. The metadata's id follows from the
 * data: events that differ have different ids.
 */
export function buildEvent<Contract extends EventContract>(
  contract: Contract,
  overrides: { metadata?: Overrides<Metadata>; data?: Overrides<EventData<Contract>> } = {},
  example = 'typical',
): DeliveredEvent<Contract> {
  const event = delivered(contract, overrides, example);
  parseStrictly(contract.detail, event.detail, `${contract.detailType} with these overrides`);
  return event as DeliveredEvent<Contract>;
}

/** As {@link buildEvent}, for an event that is to be wrong. Throws `TypeError` when nothing is wrong with it. */
export function buildBrokenEvent(
  contract: EventContract,
  overrides: { metadata?: unknown; data?: unknown },
): Delivered {
  const event = delivered(contract, overrides, 'typical');
  if (isEvent(contract, event)) throw new TypeError(`nothing is wrong with this ${contract.detailType}`);
  return event;
}

/** What an event carries in its examples: `typical`, `minimal` and further ones. */
export function exampleData<Contract extends EventContract>(contract: Contract, name = 'typical'): EventData<Contract> {
  const found = examplesOfEvents.find((each) => each.contract.detailType === contract.detailType);
  const data = found && valid<unknown>(found)[name];
  if (data === undefined) throw new TypeError(`there is no example ${name} of ${contract.detailType}`);
  return structuredClone(data) as EventData<Contract>;
}

/** A record of the batch that Lambda hands to a function behind a queue: an SQS message with `carried` as its body. */
export const inQueue = (carried: object, messageId = 'message-0') => ({
  messageId,
  receiptHandle: 'receipt',
  body: JSON.stringify(carried),
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '1793505600000',
    SenderId: 'events.amazonaws.com',
    ApproximateFirstReceiveTimestamp: '1793505600000',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-west-1:111122223333:queue',
  awsRegion: 'eu-west-1',
});

/** A notification of an SNS topic with `event` as its message; in a queue: `inQueue(inTopic(event))`. */
export const inTopic = (event: object) => ({
  Type: 'Notification',
  MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
  TopicArn: 'arn:aws:sns:eu-west-1:111122223333:topic',
  Message: JSON.stringify(event),
  Timestamp: '2026-11-01T04:00:01.000Z',
  SignatureVersion: '1',
  Signature: '',
  SigningCertUrl: '',
  UnsubscribeUrl: '',
  MessageAttributes: {},
});

/** What Lambda hands to a function that subscribes to a topic. */
export const toSubscriber = (event: object) => ({
  Records: [
    {
      EventVersion: '1.0',
      EventSource: 'aws:sns',
      EventSubscriptionArn: 'arn:aws:sns:eu-west-1:111122223333:topic:subscription',
      Sns: inTopic(event),
    },
  ],
});

function delivered(
  contract: EventContract,
  overrides: { metadata?: unknown; data?: unknown },
  example: string,
): Delivered {
  const data = merged(exampleData(contract, example), overrides.data ?? {});
  return {
    version: '0',
    id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    'detail-type': contract.detailType,
    source: contract.source,
    account: '111122223333',
    time: '2026-11-01T04:00:01Z',
    region: 'eu-west-1',
    resources: [],
    detail: { metadata: merged(metadataOf(contract, data), overrides.metadata ?? {}), data },
  };
}

function metadataOf({ detailType, schemaVersion, producer }: EventContract, data: unknown): Metadata {
  const { runId, version, from, executionArn } = Object(data) as Partial<Record<string, string>> & {
    from?: { decisionId?: string };
  };
  // What belongs to no run is about a catalogue or a decision.
  const subject = runId ?? version ?? from?.decisionId ?? 'nothing';
  return {
    id: digest(`${detailType} ${JSON.stringify(data)}`),
    correlationId: subject,
    causationId: executionArn ?? subject,
    time: '2026-11-01T04:00:00.000Z',
    schemaVersion,
    producer,
  };
}

/** 32 hex digits that follow from a text: FNV-1a, from four starting points. To be told apart is all that these ids are for. */
function digest(text: string): string {
  const hash = (start: number): number => {
    let value = start;
    for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
    return value >>> 0;
  };
  return [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b]
    .map((start) => hash(start).toString(16).padStart(8, '0'))
    .join('');
}

function merged(base: unknown, overrides: unknown): unknown {
  if (!isFields(base) || !isFields(overrides)) return overrides;
  const result = { ...base };
  for (const [key, value] of Object.entries(overrides)) {
    if (value === undefined) Reflect.deleteProperty(result, key);
    else result[key] = merged(result[key], value);
  }
  return result;
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
