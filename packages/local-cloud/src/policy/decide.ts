import { holds } from './conditions.ts';
import type { Statement } from './document.ts';
import { matchesAction, matchesArn, type Context } from './pattern.ts';

export type Principal =
  | { readonly kind: 'role'; readonly account: string; readonly roleArn: string; readonly sessionArn: string }
  /** An AWS service that acts for itself, e.g. `events.amazonaws.com`. */
  | { readonly kind: 'service'; readonly name: string };

export interface Question {
  readonly principal: Principal;
  /** `s3:GetObject` */
  readonly action: string;
  /** An ARN, or `*` for an action that takes none. */
  readonly resource: string;
  readonly context: Context;
}

export interface Policies {
  readonly identity: readonly Statement[];
  /** The resource's own policy, where it has one. */
  readonly resource?: readonly Statement[] | undefined;
  /**
   * Keys and roles: what the resource's policy does not allow is not allowed, and identity policies count only where it
   * hands the decision to the account.
   */
  readonly resourceDecides: boolean;
}

export type Verdict =
  /** `needed`: the statement of the principal's own policies without which the answer were no. */
  | { readonly allowed: true; readonly needed: Statement | undefined }
  /** `why` completes AWS's sentence "... is not authorized to perform: ... on resource: ...". */
  | { readonly allowed: false; readonly why: string };

/**
 * What IAM decides within one account: an explicit deny wins; else an identity policy or the resource's policy has to
 * allow. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(question: Question, { identity, resource, resourceDecides }: Policies): Verdict {
  const { principal, action } = question;
  const own =
    principal.kind === 'service' ? [] : about(identity, action).filter((statement) => applies(statement, question));
  const others = about(resource ?? [], action).filter(
    (statement) => reach(statement, principal) !== undefined && applies(statement, question),
  );
  for (const [statements, kind] of [
    [own, 'an identity-based policy'],
    [others, 'a resource-based policy'],
  ] as const) {
    if (statements.some(({ effect }) => effect === 'Deny'))
      return { allowed: false, why: `with an explicit deny in ${kind}` };
  }
  const handedOver = others.filter((statement) => reach(statement, principal) === 'account');
  const direct = others.filter((statement) => reach(statement, principal) === 'principal');
  if (direct.length > 0) return { allowed: true, needed: undefined };
  if (own.length > 0 && (!resourceDecides || handedOver.length > 0)) return { allowed: true, needed: onlyOne(own) };
  const missing =
    principal.kind === 'service' || (resourceDecides && handedOver.length === 0) ? 'resource-based' : 'identity-based';
  return { allowed: false, why: `because no ${missing} policy allows the ${action} action` };
}

const onlyOne = (statements: readonly Statement[]): Statement | undefined =>
  statements.length === 1 ? statements[0] : undefined;

/** Whether a statement speaks of the principal itself, or of the account that it belongs to. */
function reach({ principals }: Statement, principal: Principal): 'principal' | 'account' | undefined {
  if (principals === undefined) return undefined;
  if (principal.kind === 'service')
    return principals.services.some((name) => name === '*' || name === principal.name) ? 'principal' : undefined;
  const { account, roleArn, sessionArn } = principal;
  if (principals.aws.some((name) => ['*', roleArn, sessionArn].includes(name))) return 'principal';
  return principals.aws.some((name) => [account, `arn:aws:iam::${account}:root`].includes(name))
    ? 'account'
    : undefined;
}

const byAction = new WeakMap<readonly Statement[], Map<string, readonly Statement[]>>();

/** The statements that are about an action; remembered, since policies are asked about few actions again and again. */
function about(statements: readonly Statement[], action: string): readonly Statement[] {
  const known = byAction.get(statements) ?? new Map<string, readonly Statement[]>();
  byAction.set(statements, known);
  const found =
    known.get(action) ??
    statements.filter(
      ({ actions }) => actions.patterns.some((pattern) => matchesAction(pattern, action)) !== actions.allBut,
    );
  known.set(action, found);
  return found;
}

function applies({ resources, conditions }: Statement, { resource, context }: Question): boolean {
  if (resources !== undefined) {
    const meant = resources.patterns.some((pattern) => matchesArn(pattern, resource, context));
    if (meant === resources.allBut) return false;
  }
  return conditions.every((condition) => holds(condition, context));
}
