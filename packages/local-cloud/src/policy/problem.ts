import { parsePolicy, PolicyProblem, type Statement } from './document.ts';

/** What a policy belongs to: an identity, a role that may be assumed (`sts`), or a service's resource. */
export type PolicyOf = 'identity' | 'sts' | 's3' | 'kms' | 'sqs' | 'sns' | 'events';

/**
 * Why AWS would not take a policy, in its words where they are known; undefined for a sound one. `exists` tells whether
 * there is a role.
 */
export function policyProblem(text: string, of: PolicyOf, exists: (roleArn: string) => boolean): string | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return 'This policy contains invalid Json';
  }
  try {
    const statements = parsePolicy(document, 'Policy');
    return first(statements, of === 'identity' ? ofIdentity : (each) => ofResource(each, of, exists));
  } catch (error) {
    if (error instanceof PolicyProblem) return `Syntax errors in policy. ${error.message}`;
    throw error;
  }
}

function ofIdentity({ principals, actions, resources }: Statement): string | undefined {
  if (principals !== undefined) return 'Policy document should not specify a principal.';
  if (actions.patterns.length === 0) return 'Policy statement must contain actions.';
  if (resources === undefined) return 'Policy statement must contain resources.';
  return first(actions.patterns, (action) =>
    action === '*' || action.includes(':')
      ? undefined
      : 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  );
}

function ofResource(
  { principals, actions, resources }: Statement,
  of: Exclude<PolicyOf, 'identity'>,
  exists: (roleArn: string) => boolean,
): string | undefined {
  if (principals === undefined) return 'Missing required field Principal';
  if (actions.patterns.length === 0) return 'Missing required field Action';
  if (of === 'sts' && resources !== undefined) return 'Has prohibited field Resource';
  if (of !== 'sts' && resources === undefined) return 'Missing required field Resource';
  const foreign = actions.patterns.filter((action) => !action.toLowerCase().startsWith(`${of}:`));
  if (of === 'sts' && foreign.length > 0) return 'AssumeRole policy may only specify STS AssumeRole actions.';
  if (foreign.some((action) => action !== '*')) return 'Policy statement action out of service scope!';
  return (
    first(principals.aws, (name) =>
      ACCOUNT.test(name) || exists(name) ? undefined : `Invalid principal in policy: "AWS":"${name}"`,
    ) ??
    first(principals.services, (name) =>
      SERVICE.test(name) ? undefined : `Invalid principal in policy: "SERVICE":"${name}"`,
    )
  );
}

/** Everybody, or an account. */
const ACCOUNT = /^(?:\*|\d{12}|arn:aws:iam::\d{12}:root)$/;
const SERVICE = /^(?:\*|[a-z0-9.-]+\.amazonaws\.com)$/;

function first<T>(all: readonly T[], problemOf: (each: T) => string | undefined): string | undefined {
  for (const each of all) {
    const problem = problemOf(each);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
