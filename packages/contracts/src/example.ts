import type * as z from 'zod';
import type { EventContract, EventData } from './event.ts';

/** A value that breaks its contract: a good one with one thing changed. */
export interface InvalidExample {
  /** Where, as errors name it: `data.lines[0].country`. For an event it starts at its `detail`. */
  readonly path: string;
  /** What stands there instead; without it, the field is missing. */
  readonly value?: unknown;
  /** Why that is wrong. */
  readonly reason: string;
}

export interface Examples<Value> {
  /** What one meets most often. */
  readonly typical: Value;
  /** Nothing that may be left out. */
  readonly minimal: Value;
  /** Other shapes that are worth knowing, by name. */
  readonly others?: Readonly<Record<string, Value>>;
  /** `typical`, broken in at least three ways. */
  readonly invalid: readonly InvalidExample[];
}

/** Examples of what an event carries: of its `data`. */
export interface EventExamples<Contract extends EventContract = EventContract> extends Examples<EventData<Contract>> {
  readonly contract: Contract;
}

/** Examples of a file, of an item of a table, or of an input. */
export interface DocumentExamples<Schema extends z.ZodType = z.ZodType> extends Examples<z.infer<Schema>> {
  readonly schema: Schema;
}

export const eventExamples = <Contract extends EventContract>(
  contract: Contract,
  examples: Examples<EventData<Contract>>,
): EventExamples<Contract> => ({ contract, ...examples });

export const documentExamples = <Schema extends z.ZodType>(
  schema: Schema,
  examples: Examples<z.infer<Schema>>,
): DocumentExamples<Schema> => ({ schema, ...examples });

/** The valid ones, by name. */
export const valid = <Value>({ typical, minimal, others = {} }: Examples<Value>): Readonly<Record<string, Value>> => ({
  typical,
  minimal,
  ...others,
});

/** A copy of `document` in which `example` is wrong. Throws `TypeError` when the path leads nowhere. */
export function broken(document: unknown, { path, ...rest }: InvalidExample): unknown {
  const copy = structuredClone(document);
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  const last = steps.pop();
  const parent = steps.reduce<unknown>((inner, step) => (inner as Record<string, unknown> | undefined)?.[step], copy);
  if (last === undefined || typeof parent !== 'object' || parent === null) {
    throw new TypeError(`there is nothing at ${path}`);
  }
  if ('value' in rest) (parent as Record<string, unknown>)[last] = rest.value;
  else Reflect.deleteProperty(parent, last);
  return copy;
}
