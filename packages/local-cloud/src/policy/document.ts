import { z } from 'zod';
import { parseOperator, type Condition } from './conditions.ts';

/** A list of patterns that an element of a statement names, or all but these. */
interface Names {
  readonly patterns: readonly string[];
  readonly allBut: boolean;
}

export interface Statement {
  /** Where it stands, for people: the policy's name, then the statement's Sid or number. */
  readonly origin: string;
  readonly effect: 'Allow' | 'Deny';
  /** Whom it is about, in a resource's policy; an identity's policy is about the identity. */
  readonly principals?: { readonly aws: readonly string[]; readonly services: readonly string[] };
  readonly actions: Names;
  /** Absent in a role's trust policy: it is about the role. */
  readonly resources?: Names;
  readonly conditions: readonly Condition[];
}

/** A policy that AWS would refuse, or that asks for something that the local cloud does not have. */
export class PolicyProblem extends Error {
  override readonly name = 'PolicyProblem';
}

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const scalar = z.union([z.string(), z.boolean(), z.number()]).transform(String);
const statement = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Principal: z
      .union([z.literal('*'), z.strictObject({ AWS: oneOrMore.optional(), Service: oneOrMore.optional() })])
      .optional(),
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
  .refine(
    ({ Action, NotAction }) => (Action === undefined) !== (NotAction === undefined),
    'one of Action and NotAction',
  )
  .refine(
    ({ Resource, NotResource }) => Resource === undefined || NotResource === undefined,
    'Resource or NotResource',
  );
const policy = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: z.preprocess((value) => [value].flat(), z.array(statement).min(1)),
});

/** The statements of a policy document. Throws {@link PolicyProblem}, naming the member, for what is none. */
export function parsePolicy(document: unknown, name: string): Statement[] {
  const parsed = policy.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new PolicyProblem(`${name}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, {
      cause: parsed.error,
    });
  }
  return parsed.data.Statement.map(
    ({ Sid, Effect, Principal, Action, NotAction, Resource, NotResource, Condition }, index) => {
      const origin = `${name}/${Sid ?? index}`;
      const resources = Resource ?? NotResource;
      return {
        origin,
        effect: Effect,
        ...(Principal === undefined ? {} : { principals: principalsOf(Principal) }),
        actions: { patterns: Action ?? NotAction ?? [], allBut: Action === undefined },
        ...(resources === undefined ? {} : { resources: { patterns: resources, allBut: Resource === undefined } }),
        conditions: conditionsOf(Condition, origin),
      };
    },
  );
}

const principalsOf = (named: '*' | { AWS?: string[] | undefined; Service?: string[] | undefined }) =>
  named === '*' ? { aws: ['*'], services: ['*'] } : { aws: named.AWS ?? [], services: named.Service ?? [] };

const conditionsOf = (block: Record<string, Record<string, string[]>>, origin: string): Condition[] =>
  Object.entries(block).flatMap(([text, tests]) => {
    const operator = parseOperator(text);
    if (operator === undefined) throw new PolicyProblem(`${origin}: the local cloud has no condition operator ${text}`);
    return Object.entries(tests).map(([key, values]) => ({ ...operator, key: key.toLowerCase(), values }));
  });
