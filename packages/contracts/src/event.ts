import * as z from 'zod';
import { instant, name } from './values.ts';

const producers = ['ingest', 'training', 'evaluation', 'inference'] as const;
export type Producer = (typeof producers)[number];

/** What every event of ours says about itself. */
export const metadata = z.object({
  /** The event's own id, in hex: EventBridge's changes when an event is forwarded. Consumers de-duplicate on it. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** The run that all of this belongs to; for what belongs to no run, the id of what it is about. */
  correlationId: name,
  /** What made this event happen: an execution's ARN or another event's id. */
  causationId: name,
  /** When it happened, ISO 8601 in UTC. */
  time: instant,
  /** Version of the event's contract, `<major>.<minor>`: the major is the detail type's, the minor rises with every added field. */
  schemaVersion: z.string().regex(/^\d+\.\d+$/),
  /** The service that emitted the event. */
  producer: z.enum(producers),
});
export type Metadata = z.infer<typeof metadata>;

/** An event's contract: where it comes from, what it is called, what it carries. */
export interface EventContract<
  Data extends z.ZodObject = z.ZodObject,
  DetailType extends string = string,
  Source extends string = string,
> {
  readonly source: Source;
  /** `<PastTenseName>.v<major>` */
  readonly detailType: DetailType;
  /** `<major>.<minor>`: what the producer writes into the metadata. */
  readonly schemaVersion: string;
  readonly producer: Producer;
  readonly data: Data;
  /** The `detail` of the event as consumers read it: unknown fields are tolerated and dropped. */
  readonly detail: z.ZodObject<{
    /** What the event says about itself. */
    metadata: typeof metadata;
    /** What happened. */
    data: Data;
  }>;
}

/** What an event carries: `EventData<typeof modelPromoted>`. */
export type EventData<Contract extends EventContract> = z.infer<Contract['data']>;

/**
 * An event as it is read: `EventOf<typeof modelPromoted>`; of a union of contracts the union of their events. EventBridge's
 * own `id` and `time` are left out on purpose: they change when an event is forwarded, `metadata` does not.
 */
export type EventOf<Contract extends EventContract> = Contract extends EventContract
  ? {
      source: Contract['source'];
      'detail-type': Contract['detailType'];
      detail: { metadata: Metadata; data: EventData<Contract> };
    }
  : never;

export const defineEvent = <
  const From extends Producer,
  const DetailType extends `${string}.v${number}`,
  Data extends z.ZodObject,
>(
  producer: From,
  detailType: DetailType,
  schemaVersion: `${number}.${number}`,
  data: Data,
): EventContract<Data, DetailType, `regulabel.${From}`> => ({
  source: `regulabel.${producer}`,
  detailType,
  schemaVersion,
  producer,
  data,
  detail: z.object({ metadata, data }),
});
