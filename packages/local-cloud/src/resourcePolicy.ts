import { z } from 'zod';
import { roleExists } from './iam.ts';
import type { Store } from './store.ts';

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const principal = z.union([z.literal('*'), z.record(z.enum(['AWS', 'Service', 'Federated']), oneOrMore.optional())]);

const policy = z.object({
  Version: z.string().optional(),
  Statement: z
    .union([z.array(z.unknown()), z.unknown()])
    .transform((value) => [value].flat())
    .pipe(
      z.array(
        z.looseObject({
          Effect: z.enum(['Allow', 'Deny']),
          Principal: principal.optional(),
          NotPrincipal: principal.optional(),
          Action: oneOrMore.optional(),
          NotAction: oneOrMore.optional(),
          Resource: oneOrMore.optional(),
          NotResource: oneOrMore.optional(),
        }),
      ),
    ),
});

/** What is wrong with a resource policy, in the words of AWS; undefined for a sound one. */
export function policyProblem(store: Store, text: string): string | undefined {
  const parsed = policy.safeParse(parseJson(text));
  if (!parsed.success) return 'Policy contains a statement that is not well formed.';
  for (const { Principal, NotPrincipal, Action, NotAction } of parsed.data.Statement) {
    const named = Principal ?? NotPrincipal;
    if (named === undefined) return 'Policy contains a statement with no principal.';
    if ((Action ?? NotAction) === undefined) return 'Policy contains a statement with no action.';
    const arns = named === '*' ? [] : (named.AWS ?? []);
    if (!arns.every((arn) => principalExists(store, arn)))
      return 'Policy contains a statement with one or more invalid principals.';
  }
  return undefined;
}

function principalExists(store: Store, arn: string): boolean {
  if (arn === '*' || /^\d{12}$/.test(arn) || /^arn:aws:iam::\d{12}:root$/.test(arn)) return true;
  return roleExists(store, arn);
}

/** Undefined, which no policy is, for what is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
