import type * as z from 'zod';
import { ContractError } from './errors.ts';

/** `value` as `schema` has it, unknown fields dropped. Throws {@link ContractError} that names `what` and each path. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw new ContractError(what, problems(result.error), { cause: result.error });
  return result.data;
}

/** As {@link parse}, for what we write: a field that the contract does not have is refused too. */
export function parseStrictly<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.infer<Schema> {
  const parsed = parse(schema, value, what);
  const unknown = unknownFields(value, parsed, '');
  if (unknown.length > 0) throw new ContractError(what, `unknown field ${unknown.join(', ')}`);
  return parsed;
}

/** JSON text as `schema` has it. */
export function parseJson<Schema extends z.ZodType>(schema: Schema, text: string, what: string): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ContractError(what, 'it is not JSON', { cause: error });
  }
  return parse(schema, value, what);
}

const problems = (error: z.ZodError): string =>
  error.issues
    .map(({ path, message }) => `${path.length > 0 ? path.map(String).join('.') : '(whole)'}: ${message}`)
    .join('; ');

function unknownFields(value: unknown, parsed: unknown, path: string): string[] {
  if (Array.isArray(value) && Array.isArray(parsed)) {
    return value.flatMap((item, index) => unknownFields(item, parsed[index], `${path}[${index}]`));
  }
  if (!isObject(value) || !isObject(parsed)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = path === '' ? key : `${path}.${key}`;
    if (inner === undefined) return [];
    return key in parsed ? unknownFields(inner, parsed[key], here) : [here];
  });
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
