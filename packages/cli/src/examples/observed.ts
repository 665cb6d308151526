import * as z from 'zod';
import { failureOf } from '@regulabel/shared/lambda/failures';
import { parseJson } from '@regulabel/contracts/parse';

/** What a queue that listens to everything receives: an event as a rule delivers it, or a topic's notification. */
const notification = z.object({
  Type: z.literal('Notification'),
  TopicArn: z.string(),
  Subject: z.string().optional(),
});
const event = z.object({ 'detail-type': z.string(), detail: z.record(z.string(), z.unknown()) });
const received = z.union([notification, event]);

const executionStatus = z.object({
  executionArn: z.string(),
  stateMachineArn: z.string(),
  name: z.string(),
  status: z.string(),
  startDate: z.number(),
  stopDate: z.number().nullable(),
  error: z.string().nullable(),
  cause: z.string().nullable(),
});

/** What a person reads of it: what kind of thing it is, and what happened. */
export type Observation = readonly [kind: string, says: string];

/** Of a message's body. Throws `ContractError` for anything that neither a rule nor a topic sends. */
export function observationOf(body: string): Observation {
  const message = parseJson(received, body, 'what a rule or a topic sent');
  if ('TopicArn' in message) {
    return ['message', `${message.TopicArn.split(/[:-]/).at(-1) ?? ''}: ${message.Subject ?? '(no subject)'}`];
  }
  const status = executionStatus.safeParse(message.detail);
  if (!status.success) return ['event', `${message['detail-type']} ${JSON.stringify(message.detail['data'] ?? {})}`];
  const { stateMachineArn, name, startDate, stopDate, error } = status.data;
  const machine = stateMachineArn.split(':').at(-1) ?? '';
  const seconds = stopDate === null ? '' : ` ${((stopDate - startDate) / 1000).toFixed(1)} s`;
  const why = error === null ? '' : ` ${error}: ${failureOf({ ...status.data, status: 'FAILED' }).cause}`;
  return ['execution', `${status.data.status} ${machine} ${name}${seconds}${why}`];
}

const logLine = z.object({
  level: z.string(),
  message: z.string(),
  error: z.object({ name: z.string(), message: z.string() }).optional(),
});

/** Of a line of a function's log: what went wrong, if it says so. Lines that are no structured log are shown as they are. */
export function errorOf(functionName: string, line: string): Observation | undefined {
  // Its time, and the request's id.
  const [, said = ''] = /^\S+\t\S+\t(.*)$/.exec(line) ?? [];
  let logged: unknown;
  try {
    logged = JSON.parse(said);
  } catch {
    return said.trim() === '' ? undefined : ['log', `${functionName}: ${said}`];
  }
  const entry = logLine.safeParse(logged);
  if (!entry.success || !['ERROR', 'CRITICAL'].includes(entry.data.level)) return undefined;
  const { message, error } = entry.data;
  return ['log', `${functionName}: ${message}${error === undefined ? '' : ` (${error.name}: ${error.message})`}`];
}
