import { parseArgs } from 'node:util';
import * as z from 'zod';
import { UsageError } from './failure.ts';

/**
 * The flags of a program (`--as-of 2026-11-01`) as `schema` has them. Every flag takes a value. Throws {@link UsageError}
 * for a flag that is unknown, missing, or has a value it can't have.
 */
export function parseOptions<Schema extends z.ZodObject>(
  command: string,
  schema: Schema,
  args: readonly string[],
): z.infer<Schema> {
  const flags = Object.fromEntries(Object.keys(schema.shape).map((flag) => [flag, { type: 'string' as const }]));
  const result = schema.safeParse(flagValues(command, flags, args));
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('; ');
  throw new UsageError(`${command}: ${problems}`, { cause: result.error });
}

function flagValues(command: string, options: Record<string, { type: 'string' }>, args: readonly string[]): unknown {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    throw new UsageError(`${command}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** A count given as a flag. */
export const countFlag = z
  .string()
  .regex(/^\d{1,9}$/, 'a whole number is needed')
  .transform(Number);
