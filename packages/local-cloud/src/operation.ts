import { z } from 'zod';
import { AwsError, type Caller, type Operation, type Output } from './aws.ts';

/**
 * An operation that knows its input: members of the wrong shape are a `ValidationException`, members it does not know
 * are refused with 501, because ignoring one could change what the caller asked for.
 */
export function operation<S extends z.ZodRawShape>(
  shape: S,
  run: (input: z.output<z.ZodObject<S>>, caller: Caller) => Promise<Output> | Output,
): Operation {
  const schema = z.strictObject(shape);
  return (input, caller) => {
    const parsed = schema.safeParse(input);
    if (parsed.success) return run(parsed.data, caller);
    throw refusal(parsed.error);
  };
}

function refusal(error: z.ZodError): AwsError {
  const unknown = error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  if (unknown.length > 0) return notSupported(`The parameter ${unknown.join(', ')}`);
  const problems = error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return new AwsError('ValidationException', problems.join('; '), { cause: error });
}

/** The 501 for what AWS has and the local cloud has not. `what` starts the sentence. */
export const notSupported = (what: string): AwsError =>
  new AwsError('NotImplemented', `${what} is not supported by the local cloud`, { status: 501 });
