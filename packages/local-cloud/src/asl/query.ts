/** JSONata as Step Functions evaluates it: `{% ... %}` strings inside templates, its extra functions, its errors. */
import jsonata from 'jsonata';
import { createHash, randomUUID } from 'node:crypto';

import type { Json, JsonObject } from './definition.ts';
import { StateError } from './failure.ts';

/** What an expression may name with a `$`: the workflow's variables, and `states`. */
export interface Names {
  readonly variables: Readonly<Record<string, Json>>;
  readonly states: Readonly<Record<string, Json>>;
  /** Epoch milliseconds, for `$now` and `$millis`. */
  readonly now: number;
}

/** AWS bounds evaluation; an endless recursion has to fail its state, not hang the process. */
const evaluationTimeoutMs = 5_000;

/** The expression of a `{% ... %}` string; other strings are literals, also with spaces around the marks. */
export function expressionIn(value: unknown): string | undefined {
  return typeof value === 'string' && value.length >= 4 && value.startsWith('{%') && value.endsWith('%}')
    ? value.slice(2, -2).trim()
    : undefined;
}

/** `value` with every expression in it replaced by its result. `location` names the field, e.g. `Arguments`. */
export async function evaluate(value: Json, location: string, names: Names): Promise<Json> {
  const expression = expressionIn(value);
  if (expression !== undefined) return evaluateExpression(expression, location, names);
  if (Array.isArray(value)) {
    const items: Json[] = [];
    for (const [index, item] of (value as readonly Json[]).entries()) {
      items.push(await evaluate(item, `${location}[${index}]`, names));
    }
    return items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members: [string, Json][] = [];
  for (const [key, member] of Object.entries(value)) {
    members.push([key, await evaluate(member, `${location}/${key}`, names)]);
  }
  // Unlike an assignment, this makes a member of `__proto__` too.
  return Object.fromEntries(members);
}

interface JsonTypes {
  readonly array: readonly Json[];
  readonly boolean: boolean;
  readonly null: null;
  readonly number: number;
  readonly object: JsonObject;
  readonly string: string;
}
type JsonType = keyof JsonTypes;

/** Like {@link evaluate}, for a field that takes one type only. */
export async function evaluateAs<Type extends JsonType>(
  type: Type,
  value: Json,
  location: string,
  names: Names,
): Promise<JsonTypes[Type]> {
  const result = await evaluate(value, location, names);
  const actual = typeOf(result);
  if (actual === type) return result as JsonTypes[Type];
  throw queryError(
    `${about(expressionIn(value) ?? JSON.stringify(value), location)} returned an unexpected result type. ` +
      `Expected '${type}', but was '${actual}' for value: ${JSON.stringify(result)}`,
    location,
  );
}

/** A whole number up to `most`, of seconds by default: https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html */
export async function evaluateInteger(value: Json, location: string, names: Names, most = 99_999_999): Promise<number> {
  const result = await evaluateAs('number', value, location, names);
  if (!Number.isInteger(result))
    throw queryError(`The ${location} field cannot be parsed as an integer: ${result}`, location);
  if (result < 0 || result > most)
    throw queryError(`${location} must be between 0 and ${most} but was: ${result}`, location);
  return result;
}

export function typeOf(value: Json): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as JsonType;
}

const about = (expression: string, location: string): string =>
  `The JSONata expression '${expression}' specified for the field '${location}'`;

const queryError = (message: string, location: string, cause?: unknown): StateError =>
  new StateError('States.QueryEvaluationError', message, { location, cause });

/** Parsing takes longer than evaluating, and there are no more expressions than the definitions have. */
const expressions = new Map<string, jsonata.Expression>();

function compiled(expression: string): jsonata.Expression {
  const known = expressions.get(expression);
  if (known !== undefined) return known;
  const fresh = jsonata(expression, { timeout: evaluationTimeoutMs });
  expressions.set(expression, fresh);
  return fresh;
}

async function evaluateExpression(expression: string, location: string, names: Names): Promise<Json> {
  let result: unknown;
  try {
    result = await compiled(expression).evaluate(undefined, bindings(names));
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    const reason = typeof code === 'string' ? `${code}: ${String(message)}` : String(message);
    throw queryError(`${about(expression, location)} threw an error during evaluation. ${reason}`, location, error);
  }
  if (result === undefined) throw queryError(`${about(expression, location)} returned nothing (undefined).`, location);
  // A plain copy: JSONata marks its arrays, and results share structure with the variables.
  const text = JSON.stringify(result, (_key, value: unknown) => {
    const isLambda = typeof value === 'object' && value !== null && '_jsonata_lambda' in value;
    if (typeof value === 'function' || isLambda)
      throw queryError(`${about(expression, location)} returned an unsupported result type.`, location);
    return value;
  });
  return JSON.parse(text) as Json;
}

function bindings({ variables, states, now }: Names): Record<string, unknown> {
  return {
    ...stepFunctions,
    now: (picture?: string, timezone?: string) => formatMillis(now, picture, timezone),
    millis: () => now,
    ...variables,
    states,
  };
}

async function formatMillis(now: number, picture?: string, timezone?: string): Promise<unknown> {
  return compiled('$fromMillis($n, $p, $z)').evaluate(undefined, { n: now, p: picture, z: timezone });
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn */
const stepFunctions = {
  // `$eval` is the one JSONata function that Step Functions leaves out: calling it is calling nothing.
  eval: undefined,
  partition: (items: unknown, size: unknown): unknown[] => {
    if (!Array.isArray(items)) throw illegal('partition', 1, 'an array');
    if (typeof size !== 'number' || Math.trunc(size) < 1) throw illegal('partition', 2, 'a positive integer');
    const width = Math.trunc(size);
    return Array.from({ length: Math.ceil(items.length / width) }, (_, chunk) =>
      (items as unknown[]).slice(chunk * width, (chunk + 1) * width),
    );
  },
  range: (first: unknown, last: unknown, step: unknown): unknown => {
    if (typeof first !== 'number') throw illegal('range', 1, 'a number');
    if (typeof last !== 'number') throw illegal('range', 2, 'a number');
    if (typeof step !== 'number' || step === 0) throw illegal('range', 3, 'a number other than 0');
    const length = Math.floor((last - first) / step) + 1;
    const values = Array.from({ length: Math.max(length, 0) }, (_, index) => first + index * step);
    // The result is a JSONata sequence: nothing, or one value without its array, where there are fewer than two.
    return values.length > 1 ? values : values[0];
  },
  hash: (data: unknown, algorithm: unknown): string => {
    const name = digests.get(String(algorithm));
    if (name === undefined) throw illegal('hash', 2, `one of ${[...digests.keys()].join(', ')}`);
    return createHash(name)
      .update(typeof data === 'string' ? data : JSON.stringify(data))
      .digest('hex');
  },
  random: (seed?: unknown): number => {
    if (seed === undefined) return Math.random();
    if (typeof seed !== 'number') throw illegal('random', 1, 'a number');
    return seededRandom(Math.trunc(seed));
  },
  uuid: (): string => randomUUID(),
  parse: (text: unknown): unknown => {
    if (typeof text !== 'string') throw illegal('parse', 1, 'a string');
    return JSON.parse(text);
  },
};

const digests = new Map([
  ['MD5', 'md5'],
  ['SHA-1', 'sha1'],
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
]);

const illegal = (name: string, argument: number, wanted: string): Error =>
  Object.assign(new Error(`Argument ${argument} of function "${name}" must be ${wanted}`), { code: 'T0410' });

/** The first double of the 48-bit linear congruential generator of java.util.Random. */
function seededRandom(seed: number): number {
  const mask = (1n << 48n) - 1n;
  let state = (BigInt(seed) ^ 0x5deece66dn) & mask;
  const next = (bits: bigint): bigint => {
    state = (state * 0x5deece66dn + 0xbn) & mask;
    return state >> (48n - bits);
  };
  return Number((next(26n) << 27n) + next(27n)) / 2 ** 53;
}

/** Epoch milliseconds of an RFC 3339 time with `T` and an offset; undefined for anything else. */
export function parseTimestamp(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const time = Date.parse(text);
  // Date.parse takes 31 April for 1 May.
  const day = Number(text.slice(8, 10));
  const lastDay = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
  return Number.isNaN(time) || day > lastDay || text.slice(11, 13) === '24' ? undefined : time;
}
