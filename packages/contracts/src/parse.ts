import type * as z from 'zod';

/** One thing that is wrong with a value: where (`data.lines[2].country`; empty for the whole of it) and what. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** A value from outside (event, file, table, payload) is not what its contract says. */
export class ContractError extends Error {
  override readonly name: string = 'ContractError';
  readonly problems: readonly Problem[];

  constructor(what: string, problems: readonly Problem[], options?: ErrorOptions) {
    super(`${what} does not keep its contract: ${problems.map(problemText).join('; ')}`, options);
    this.problems = problems;
  }
}

/** `data.country: it has to be ...` */
export const problemText = ({ path, message }: Problem): string => (path && `${path}: `) + message;

/** What zod found, as {@link Problem}s whose paths start with `prefix`. */
export const problemsOf = (error: z.ZodError, prefix: readonly PropertyKey[] = []): Problem[] =>
  error.issues.map(({ path, message }) => ({ path: pathName([...prefix, ...path]), message }));

/** `data.lines[2].country` */
export const pathName = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (name, step) => name + (typeof step === 'number' ? `[${step}]` : `${name && '.'}${String(step)}`),
    '',
  );

/** `value` as `schema` has it, unknown fields dropped. Throws {@link ContractError} that names `what` and each path. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw new ContractError(what, problemsOf(result.error), { cause: result.error });
  return result.data;
}

/** As {@link parse}, for what one writes oneself: a field that the contract does not have is refused too. */
export function parseStrictly<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.infer<Schema> {
  const parsed = parse(schema, value, what);
  const unknown = unknownFields(value, parsed, []);
  if (unknown.length > 0) {
    throw new ContractError(
      what,
      unknown.map((path) => ({ path: pathName(path), message: 'unknown field' })),
    );
  }
  return parsed;
}

/** JSON text as `schema` has it. */
export function parseJson<Schema extends z.ZodType>(schema: Schema, text: string, what: string): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ContractError(what, [{ path: '', message: 'it is not JSON' }], { cause: error });
  }
  return parse(schema, value, what);
}

type Path = readonly PropertyKey[];

function unknownFields(value: unknown, parsed: unknown, path: Path): Path[] {
  if (Array.isArray(value) && Array.isArray(parsed)) {
    return value.flatMap((item, index) => unknownFields(item, parsed[index], [...path, index]));
  }
  if (!isObject(value) || !isObject(parsed)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, key];
    if (inner === undefined) return [];
    return key in parsed ? unknownFields(inner, parsed[key], here) : [here];
  });
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
