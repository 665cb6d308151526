import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError, type Caller, type Cloud } from '../aws.ts';

/** AWS's quotas for a whole request. */
const MOST_ENTRIES = 10;
const MOST_BYTES = 262_144;

/** An entry of PutEvents. What is wrong with one is told in its own result, so every member is optional here. */
export const entry = z.strictObject({
  Time: z.union([z.number(), z.date()]).optional(),
  Source: z.string().optional(),
  Resources: z.array(z.string()).optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().optional(),
});
type Entry = z.output<typeof entry>;

/** An event as targets get it. */
export interface EventEnvelope {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

/** What became of an entry: an event for the bus named, or AWS's reason to refuse it. */
type Outcome =
  | { readonly bus: string; readonly event: EventEnvelope }
  | { readonly ErrorCode: string; readonly ErrorMessage: string };

/** Checks the request as a whole. Throws. */
export function checkEntries(entries: readonly Entry[]): void {
  if (entries.length === 0 || entries.length > MOST_ENTRIES) {
    const bound = entries.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${MOST_ENTRIES}`;
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${bound}`,
    );
  }
  if (entries.reduce((total, each) => total + bytesOf(each), 0) > MOST_BYTES) {
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
function bytesOf({ Time, Source, DetailType, Detail, Resources = [] }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return (Time === undefined ? 0 : 14) + texts.reduce((total, text) => total + Buffer.byteLength(text ?? ''), 0);
}

/** Turns an entry into an event. */
export function accept(cloud: Cloud, each: Entry, caller: Caller): Outcome {
  for (const name of ['Source', 'DetailType', 'Detail'] as const) {
    if (!each[name]) return invalid(name, `${name} is a required argument.`);
  }
  const { Source = '', DetailType = '', Detail = '', Resources = [], EventBusName = 'default' } = each;
  if (DetailType.length > 128) return invalid('DetailType', 'DetailType must be at most 128 characters long.');
  if (Source.startsWith('aws.') && !caller.arn.endsWith('.amazonaws.com')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  const detail = jsonObject(Detail);
  if (detail === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  return {
    bus: busName(EventBusName),
    event: {
      version: '0',
      id: randomUUID(),
      'detail-type': DetailType,
      source: Source,
      account: cloud.account,
      time: wholeSeconds(each.Time),
      region: cloud.region,
      resources: Resources,
      detail,
    },
  };
}

/** A bus may be given by name or by ARN. */
export const busName = (nameOrArn: string): string => nameOrArn.replace(/^arn:.*:event-bus\//, '');

const invalid = (name: string, reason: string): Outcome => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${reason}`,
});

function wholeSeconds(time: Entry['Time'] = new Date()): string {
  const date = new Date(typeof time === 'number' ? time * 1000 : time);
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

function jsonObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
