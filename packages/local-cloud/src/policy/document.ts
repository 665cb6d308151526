import { z } from 'zod';
import { notSupported } from '../operation.ts';
import { parseOperator, type Condition } from './conditions.ts';

/** A list of patterns that an element of a statement names, or all but these. */
interface Names {
  readonly patterns: readonly string[];
  readonly allBut: boolean;
}

export interface Statement {
  /** Where it stands: the policy's name, a slash, then the statement's Sid or number. */
  readonly origin: string;
  readonly effect: 'Allow' | 'Deny';
  /** Whom it is about, in a resource's policy; an identity's policy is about the identity. */
  readonly principals?: { readonly aws: readonly string[]; readonly services: readonly string[] };
  readonly actions: Names;
  /** Absent in a role's trust policy: it is about the role. */
  readonly resources?: Names;
  readonly conditions: readonly Condition[];
}

/** A policy that AWS would refuse. */
export class PolicyProblem extends Error {
  override readonly name = 'PolicyProblem';
}

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const scalar = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const principal = { AWS: oneOrMore.optional(), Service: oneOrMore.optional() };
/** AWS has them, the local cloud has not. */
const missing = { Federated: z.unknown().optional(), CanonicalUser: z.unknown().optional() };
const statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Principal: z.union([z.literal('*'), z.strictObject({ ...principal, ...missing })]).optional(),
    NotPrincipal: z.unknown().optional(),
    Action: oneOrMore.optional(),
    NotAction: oneOrMore.optional(),
    Resource: oneOrMore.optional(),
    NotResource: oneOrMore.optional(),
    Condition: z
      .record(
        z.string(),
        z.record(
          z.string(),
          z.union([scalar, z.array(scalar)]).transform((value) => [value].flat()),
        ),
      )
      .default({}),
  })
  .refine(({ Action, NotAction }) => Action === undefined || NotAction === undefined, 'Action or NotAction')
  .refine(
    ({ Resource, NotResource }) => Resource === undefined || NotResource === undefined,
    'Resource or NotResource',
  );
const policy = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: z.preprocess((value) => [value].flat(), z.array(statement).min(1)),
});

/**
 * The statements of a policy document. Throws {@link PolicyProblem}, naming the member, for what is none, and 501 for what
 * only AWS understands.
 */
export function parsePolicy(document: unknown, name: string): Statement[] {
  const parsed = policy.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new PolicyProblem(`${name}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, {
      cause: parsed.error,
    });
  }
  return parsed.data.Statement.map(
    ({ Sid, Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource, Condition }, index) => {
      if (NotPrincipal !== undefined) throw notSupported('NotPrincipal');
      const origin = `${name}/${Sid ?? index}`;
      const resources = Resource ?? NotResource;
      return {
        origin,
        effect: Effect,
        ...(Principal === undefined ? {} : { principals: principalsOf(Principal) }),
        actions: { patterns: Action ?? NotAction ?? [], allBut: NotAction !== undefined },
        ...(resources === undefined ? {} : { resources: { patterns: resources, allBut: Resource === undefined } }),
        conditions: conditionsOf(Condition, origin),
      };
    },
  );
}

function principalsOf(named: z.output<typeof statement>['Principal'] & {}) {
  if (named === '*') return { aws: ['*'], services: ['*'] };
  for (const kind of Object.keys(missing)) if (kind in named) throw notSupported(`A ${kind} principal`);
  return { aws: named.AWS ?? [], services: named.Service ?? [] };
}

const conditionsOf = (block: Record<string, Record<string, string[]>>, origin: string): Condition[] =>
  Object.entries(block).flatMap(([text, tests]) => {
    const operator = parseOperator(text);
    if (operator === undefined) throw unknownOperator(text, origin);
    return Object.entries(tests).map(([key, values]) => ({ ...operator, key: key.toLowerCase(), values }));
  });

const unknownOperator = (text: string, origin: string): Error =>
  /^(For\w+:)?(Numeric|Date|Binary|IpAddress|NotIpAddress)/.test(text)
    ? notSupported(`The condition operator ${text}`)
    : new PolicyProblem(`${origin}: there is no condition operator ${text}`);
