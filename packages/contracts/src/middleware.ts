// Middy is an ES module only, and CommonJS may have its types nevertheless.
import type { MiddlewareObj } from '@middy/core' with { 'resolution-mode': 'import' };
import type { EventContract, EventOf } from './event.ts';
import { parseEvent, safeParseEvent, type EventError } from './receive.ts';

/**
 * Middy middleware for a function that EventBridge invokes, or that subscribes to an SNS topic: the handler gets the parsed event.
 * Throws `EventError`, and `RangeError` for several records at once: Lambda tries such an invocation again and then sends it to the function's dead-letter queue or destination.
 */
export const eventParser = <Contract extends EventContract>(
  contracts: Contract | readonly Contract[],
): MiddlewareObj<EventOf<Contract>> => ({
  before: (request) => {
    const { Records } = request.event as { Records?: readonly unknown[] };
    // A topic's notifications come one by one: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
    if (Records && Records.length !== 1)
      throw new RangeError(`${Records.length} records: behind a queue, use queueParser`);
    request.event = parseEvent(contracts, Records ? Records[0] : request.event);
  },
});

/** What the handler behind {@link queueParser} gets: the messages of a batch that are events asked for. */
export interface Batch<Contract extends EventContract> {
  readonly messages: readonly { readonly messageId: string; readonly event: EventOf<Contract> }[];
}

/** What SQS is told: these messages come again, and in the end to the dead-letter queue. */
export interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/**
 * Middy middleware for a function behind a queue with `ReportBatchItemFailures`. Messages that are not one of the events asked for
 * are handed back to SQS one by one, after `refuse` was told why; the handler gets the others, and answers with those that it
 * could not handle itself, if any.
 */
export function queueParser<Contract extends EventContract>(
  contracts: Contract | readonly Contract[],
  refuse: (error: EventError, messageId: string) => void,
): MiddlewareObj<Batch<Contract>, BatchAnswer | undefined> {
  const refused = new WeakMap<object, BatchAnswer['batchItemFailures'][number][]>();
  return {
    before: (request) => {
      const { Records } = request.event as unknown as { Records: readonly { messageId: string }[] };
      const handedBack: { itemIdentifier: string }[] = [];
      const messages = Records.flatMap((record) => {
        const { messageId } = record;
        const parsed = safeParseEvent(contracts, record);
        if (parsed.success) return [{ messageId, event: parsed.event }];
        refuse(parsed.error, messageId);
        handedBack.push({ itemIdentifier: messageId });
        return [];
      });
      refused.set(request, handedBack);
      request.event = { messages };
    },
    after: (request) => {
      const batchItemFailures = [...(request.response?.batchItemFailures ?? []), ...(refused.get(request) ?? [])];
      request.response = { batchItemFailures };
    },
  };
}
