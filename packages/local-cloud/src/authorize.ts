import { AwsError, roleSession, type Caller, type Cloud } from './aws.ts';
import { accessesOf, partsOf, type Access, type Call } from './access/access.ts';
import { contextOf } from './access/context.ts';
import { impliedCalls } from './access/implied.ts';
import { findRole, type Role } from './iam.ts';
import { decide, type Principal, type Verdict } from './policy/decide.ts';
import { parsePolicy, type Statement } from './policy/document.ts';
import { recordUse } from './uses.ts';

export interface CallRequest extends Call {
  readonly caller: Caller;
}

/**
 * Every call, over the wire or between services, passes here before its operation runs: its caller's own policies and
 * those of the resources decide. Throws the service's access-denied error, with AWS's words, for what they do not allow.
 */
export async function authorize(cloud: Cloud, { caller, ...call }: CallRequest): Promise<void> {
  if (caller.internal === true) return;
  await check(cloud, call, call, caller);
  for (const { via, ...implied } of await impliedCalls(cloud, call))
    await check(cloud, implied, call, via === undefined ? caller : { ...caller, via });
}

/** Throws for what `call` asks for and may not, as the service of `outer` says it. */
async function check(cloud: Cloud, call: Call, outer: Call, caller: Caller): Promise<void> {
  for (const part of partsOf(call) ?? [call]) {
    for (const access of accessesOf(cloud, part)) {
      const verdict = await verdictOn(cloud, part, access, caller);
      if (!verdict.allowed) {
        const refusal = denied(outer.service, caller, access, verdict.why);
        cloud.log(`denied: ${refusal.message}`);
        throw refusal;
      }
      if (verdict.needed !== undefined) recordUse(cloud.store, verdict.needed, access.action);
    }
  }
}

async function verdictOn(cloud: Cloud, call: Call, { action, resource }: Access, caller: Caller): Promise<Verdict> {
  const guard = await cloud.guardOf(resource);
  const context = contextOf(cloud, call, caller);
  const aliases = guard.aliases === undefined ? {} : { 'kms:resourcealiases': guard.aliases };
  return decide(
    {
      principal: principalOf(cloud, caller),
      action,
      resource: guard.arn ?? resource,
      context: { ...context, ...aliases },
    },
    {
      identity: identityPolicies(cloud, caller),
      resource: guard.policy === undefined ? undefined : resourcePolicy(guard.policy),
      resourceDecides: action === 'sts:AssumeRole' || (action.startsWith('kms:') && guard.policy !== undefined),
    },
  );
}

const principalOf = ({ account }: Cloud, { arn, roleArn }: Caller): Principal =>
  roleArn === undefined ? { kind: 'service', name: arn } : { kind: 'role', account, roleArn, sessionArn: arn };

const ofRoles = new WeakMap<Role, readonly Statement[]>();

/** Empty for a role that does not exist: its sessions may do nothing. Policies are checked when they are put. */
function identityPolicies({ store }: Cloud, { roleArn }: Caller): readonly Statement[] {
  const role = roleArn === undefined ? undefined : findRole(store, roleArn);
  if (role === undefined) return [];
  const known = ofRoles.get(role);
  if (known !== undefined) return known;
  const statements = Object.entries(role.inlinePolicies).flatMap(([name, text]) =>
    parsePolicy(JSON.parse(text), `${role.RoleName}/${name}`),
  );
  ofRoles.set(role, statements);
  return statements;
}

const ofResources = new Map<string, readonly Statement[]>();

function resourcePolicy(text: string): readonly Statement[] {
  const known = ofResources.get(text);
  if (known !== undefined) return known;
  const statements = parsePolicy(JSON.parse(text), 'resource');
  ofResources.set(text, statements);
  return statements;
}

/** Denial has a different name and status per protocol. STS does not tell why, nor whether there is such a role. */
function denied(service: string, caller: Caller, { action, resource }: Access, why: string): AwsError {
  const what = `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`;
  const message = service === 'sts' ? what : `${what} ${why}`;
  if (service === 'sns') return new AwsError('AuthorizationError', message, { status: 403 });
  if (service === 'sqs' && action.startsWith('kms:')) return new AwsError('KmsAccessDenied', message, { status: 400 });
  if (['s3', 'sts', 'iam'].includes(service)) return new AwsError('AccessDenied', message, { status: 403 });
  return new AwsError('AccessDeniedException', message, {
    status: ['lambda', 'scheduler'].includes(service) ? 403 : 400,
  });
}

/**
 * The caller that a service becomes when it takes on a role for a resource: the role's trust policy decides. Throws
 * `AccessDenied`.
 */
export async function assumeRole(
  cloud: Cloud,
  service: Caller,
  role: { readonly arn: string; readonly sessionName: string },
): Promise<Caller> {
  const input = { RoleArn: role.arn, RoleSessionName: role.sessionName };
  await authorize(cloud, { caller: service, service: 'sts', operation: 'AssumeRole', input });
  return roleSession(role.arn, role.sessionName);
}
