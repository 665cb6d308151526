import * as z from 'zod';
import { country, runId, scheme } from '@regulabel/contracts/values';
import { runIdOfInput } from '../runs/runRequest.ts';

/** What a message is about: names and identifiers, never what a row or a reason says. */
export interface About {
  /** An event's detail type, the name of the schedule that could not start something, or `unreadable`. */
  readonly type: string;
  readonly runId?: string;
  readonly country?: string;
  readonly scheme?: string;
}

const event = z.object({
  // Anything else might be text that somebody wrote, or move a terminal's cursor.
  'detail-type': z.string().regex(/^[A-Za-z][\w .-]{0,127}$/),
  detail: z.record(z.string(), z.unknown()),
});
const field = z.record(z.string(), z.unknown()).catch({});
const identifiers = { runId, country, scheme };

/** Reads the body of a dead letter, whatever it holds; `schedule` names what sent it, if that was EventBridge Scheduler. */
export function aboutOf(body: string, schedule?: string): About {
  const read = event.safeParse(json(body));
  if (!read.success) return { type: schedule ?? 'unreadable', ...known({ runId: runIdOfInput(body) }) };
  const { 'detail-type': type, detail } = read.data;
  return { type, ...(ofStatus(detail) ?? ofObject(detail) ?? ofOwn(detail)) };
}

/** An event of ours: its data, or at least the run that it is correlated with. */
function ofOwn({ metadata, data }: Record<string, unknown>): Partial<About> {
  return { ...known({ runId: field.parse(metadata)['correlationId'] }), ...known(field.parse(data)) };
}

/** The status of an execution, whose input says what it is for. */
function ofStatus({ executionArn, input }: Record<string, unknown>): Partial<About> | undefined {
  if (executionArn === undefined) return undefined;
  const text = typeof input === 'string' ? input : '';
  return { ...known({ runId: runIdOfInput(text) }), ...known(field.parse(json(text))) };
}

/** An object in S3: run and country are parts of its key. */
function ofObject({ object }: Record<string, unknown>): Partial<About> | undefined {
  if (object === undefined) return undefined;
  const parts = String(field.parse(object)['key']).split('/');
  const first = (schema: z.ZodType): string | undefined => parts.find((part) => schema.safeParse(part).success);
  return known({ runId: first(runId), country: first(country) });
}

/** Those of the three that are what they have to be. */
const known = (values: Record<string, unknown>): Partial<About> =>
  Object.fromEntries(
    Object.entries(identifiers).flatMap(([name, schema]) => {
      const { data } = schema.safeParse(values[name]);
      return data === undefined ? [] : [[name, data]];
    }),
  );

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
