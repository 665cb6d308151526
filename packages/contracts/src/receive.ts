import type { EventContract, EventOf } from './event.ts';
import { problemsOf, problemText, type Problem } from './parse.ts';

/**
 * A message that is not one of the events asked for, told apart by `name`:
 * - `EventBroken`: it does not keep its contract, or is no event at all: whoever sent it has to mend it;
 * - `EventMajorUnknown`: the same event in another major version: the consumer has to learn it;
 * - `EventUnknown`: another event: the rule lets too much through.
 */
export class EventError extends Error {
  // Declared only: a definition would be bytes in every consumer's bundle.
  declare readonly name: 'EventBroken' | 'EventMajorUnknown' | 'EventUnknown';
  /** `detail-type` of the event, as far as it can be read; so are the next two. */
  declare readonly detailType: string | undefined;
  /** `metadata.id` */
  declare readonly eventId: string | undefined;
  /** `metadata.schemaVersion` */
  declare readonly schemaVersion: string | undefined;
  /** Each field that is wrong, by its path in the event: `detail.data.country`. */
  declare readonly problems: readonly Problem[];

  constructor(name: EventError['name'], event: unknown, problems: readonly Problem[], cause?: unknown) {
    const metadata = at(at(event, 'detail'), 'metadata');
    const detailType = textAt(event, 'detail-type');
    const eventId = textAt(metadata, 'id');
    const schemaVersion = textAt(metadata, 'schemaVersion');
    const what = [detailType, eventId, schemaVersion].filter(Boolean).join(' ') || 'no event';
    super(`${what}: ${problems.map(problemText).join('; ')}`, { cause });
    Object.assign(this, { name, detailType, eventId, schemaVersion, problems });
  }
}

/**
 * The event that was received, as one of `contracts` has it: unknown fields are dropped. Throws {@link EventError}.
 * `received` is what EventBridge delivers, or that in an SQS message, in an SNS notification, or in an SNS notification in an
 * SQS message: as Lambda hands them over (one record, not the whole batch), as the SDK receives them, or their JSON text.
 */
export function parseEvent<Contract extends EventContract>(
  contracts: Contract | readonly Contract[],
  received: unknown,
): EventOf<Contract> {
  const event = eventIn(received);
  const known = [contracts].flat() as readonly Contract[];
  const source = at(event, 'source');
  const detailType = at(event, 'detail-type');
  const contract = known.find((each) => each.source === source && each.detailType === detailType);
  if (contract === undefined) {
    const sameName = known.some((each) => each.source === source && nameOf(each.detailType) === nameOf(detailType));
    const name = sameName ? 'EventMajorUnknown' : detailType ? 'EventUnknown' : 'EventBroken';
    const isFromElsewhere = known.some((each) => each.detailType === detailType);
    const wanted = known.map((each) => (isFromElsewhere ? each.source : each.detailType)).join(', ');
    const path = isFromElsewhere ? 'source' : 'detail-type';
    throw new EventError(name, event, [{ path, message: `not one of ${wanted}` }]);
  }
  const { data, error } = contract.detail.safeParse(at(event, 'detail'));
  if (error) throw new EventError('EventBroken', event, problemsOf(error, ['detail']), error);
  return { source, 'detail-type': detailType, detail: data } as EventOf<Contract>;
}

/** What {@link safeParseEvent} answers. */
export type ParsedEvent<Contract extends EventContract> =
  { success: true; event: EventOf<Contract> } | { success: false; error: EventError };

/** As {@link parseEvent}, with the error as an answer. */
export function safeParseEvent<Contract extends EventContract>(
  contracts: Contract | readonly Contract[],
  received: unknown,
): ParsedEvent<Contract> {
  try {
    return { success: true, event: parseEvent(contracts, received) };
  } catch (error) {
    if (error instanceof EventError) return { success: false, error };
    throw error;
  }
}

/** Whether `value` is an event that keeps `contract`; it has to be unwrapped already. */
export const isEvent = <Contract extends EventContract>(
  contract: Contract,
  value: unknown,
): value is EventOf<Contract> =>
  at(value, 'source') === contract.source &&
  at(value, 'detail-type') === contract.detailType &&
  contract.detail.safeParse(at(value, 'detail')).success;

/** Takes the event out of what carries it, however deep: a message from outside must not exhaust the stack. */
function eventIn(received: unknown): unknown {
  let event = received;
  for (;;) {
    // In this order: an SQS message as Lambda and the SDK have it, an SNS record of Lambda's, a notification.
    const carried = at(event, 'body') ?? at(event, 'Body') ?? at(event, 'Sns') ?? at(event, 'Message');
    if (carried) event = carried;
    else if (typeof event !== 'string') return event;
    else {
      try {
        event = JSON.parse(event);
      } catch (error) {
        throw new EventError('EventBroken', undefined, [{ path: '', message: 'not JSON' }], error);
      }
    }
  }
}

/** `ModelPromoted` of `ModelPromoted.v1` */
const nameOf = (detailType: unknown): string | undefined => String(detailType).split('.v')[0];

const textAt = (value: unknown, key: string): string | undefined =>
  [at(value, key)].find((found) => typeof found === 'string');

const at = (value: unknown, key: string): unknown => (value as Record<string, unknown> | null | undefined)?.[key];
