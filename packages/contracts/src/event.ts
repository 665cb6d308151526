import * as z from 'zod';
import { instant } from './values.ts';

/** What every event of ours says about itself. */
export const metadata = z.object({
  /** Our own event id: EventBridge's changes when an event is forwarded. Consumers de-duplicate on it. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  /** The run that all of this belongs to. */
  correlationId: z.string().min(1),
  /** What made this event happen: an execution's ARN or another event's id. */
  causationId: z.string().min(1),
  time: instant,
  schemaVersion: z.string().regex(/^\d+\.\d+$/),
  producer: z.enum(['ingest', 'training', 'evaluation', 'inference']),
});
export type Metadata = z.infer<typeof metadata>;

export type Producer = Metadata['producer'];

/** An event's contract: where it comes from, what it is called, what it carries. */
export interface EventContract<Data extends z.ZodObject> {
  readonly source: `regulabel.${Producer}`;
  /** `<PastTenseName>.v<major>` */
  readonly detailType: `${string}.v${number}`;
  readonly schemaVersion: string;
  readonly producer: Producer;
  readonly data: Data;
  /** The `detail` of the event as consumers read it: unknown fields are tolerated and dropped. */
  readonly detail: z.ZodObject<{ metadata: typeof metadata; data: Data }>;
  readonly example: z.infer<Data>;
}

export type Detail<Contract> =
  Contract extends EventContract<infer Data> ? { metadata: Metadata; data: z.infer<Data> } : never;

export function defineEvent<Data extends z.ZodObject>(definition: {
  producer: Producer;
  detailType: `${string}.v${number}`;
  schemaVersion: string;
  data: Data;
  example: z.infer<Data>;
}): EventContract<Data> {
  return {
    ...definition,
    source: `regulabel.${definition.producer}`,
    detail: z.object({ metadata, data: definition.data }),
  };
}
