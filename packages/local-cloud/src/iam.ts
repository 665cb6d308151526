import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AwsError, type Cloud, type Service } from './aws.ts';
import { operation } from './operation.ts';
import { paging } from './paging.ts';
import { policyProblem, type PolicyOf } from './policy/problem.ts';
import type { Store } from './store.ts';

/** A role as it is kept: documents are JSON text, as given. */
export interface Role {
  readonly RoleName: string;
  readonly Arn: string;
  readonly Path: string;
  readonly RoleId: string;
  readonly Description?: string;
  readonly MaxSessionDuration: number;
  /** Epoch seconds. */
  readonly CreateDate: number;
  readonly AssumeRolePolicyDocument: string;
  readonly inlinePolicies: Readonly<Record<string, string>>;
}

const roles = (store: Store) => store.heldCollection<Role>('iam.role');

const roleName = z.string().regex(/^[\w+=,.@-]{1,64}$/, 'must be 1 to 64 characters of [\\w+=,.@-]');
const policyName = z.string().regex(/^[\w+=,.@-]{1,128}$/, 'must be 1 to 128 characters of [\\w+=,.@-]');
const document = z.string().min(1);
const inPages = paging({
  size: 'MaxItems',
  token: 'Marker',
  truncated: 'IsTruncated',
  most: 1000,
  usual: 100,
  badToken: 'ValidationError',
});

/** The role of an ARN (paths included), if it exists. */
export function findRole(store: Store, arn: string): Role | undefined {
  const role = roles(store).get(arn.split('/').at(-1) ?? '');
  return role?.Arn === arn ? role : undefined;
}

export const rolesOf = (store: Store): Role[] =>
  roles(store)
    .list()
    .map(({ value }) => value);

/** Why AWS would not take a policy of a resource, or of an identity; undefined for a sound one. */
export const policyFault = (store: Store, policy: string, of: PolicyOf): string | undefined =>
  policyProblem(policy, of, (arn) => findRole(store, arn) !== undefined);

/** IAM roles with their policies. Policies are kept as given, if AWS would take them. */
export function createIam(cloud: Cloud): Service {
  const collection = roles(cloud.store);

  const existing = (name: string): Role => {
    const role = collection.get(name);
    if (role !== undefined) return role;
    throw noSuchEntity(`The role with name ${name}`);
  };
  const update = (name: string, change: Partial<Role>): void => {
    collection.put(name, { ...existing(name), ...change });
  };

  const sound = (text: string, of: PolicyOf): string => {
    const problem = policyFault(cloud.store, text, of);
    if (problem !== undefined) throw new AwsError('MalformedPolicyDocument', problem);
    return text;
  };

  return {
    name: 'iam',
    guardOf: (arn) => ({ policy: findRole(cloud.store, arn)?.AssumeRolePolicyDocument }),
    operations: {
      CreateRole: operation(
        {
          RoleName: roleName,
          AssumeRolePolicyDocument: document,
          Path: z
            .string()
            .regex(/^\/([!-~]*\/)?$/)
            .default('/'),
          Description: z.string().max(1000).optional(),
          MaxSessionDuration: z.coerce.number().int().min(3600).max(43200).default(3600),
          Tags: z.array(z.unknown()).optional(),
        },
        ({ RoleName, AssumeRolePolicyDocument, Path, Description, MaxSessionDuration }) => {
          if (collection.get(RoleName) !== undefined)
            throw new AwsError('EntityAlreadyExists', `Role with name ${RoleName} already exists.`, { status: 409 });
          const Arn = `arn:aws:iam::${cloud.account}:role${Path}${RoleName}`;
          const role: Role = {
            RoleName,
            Arn,
            Path,
            RoleId: `AROA${createHash('sha256').update(Arn).digest('hex').slice(0, 17).toUpperCase()}`,
            ...(Description === undefined ? {} : { Description }),
            MaxSessionDuration,
            CreateDate: Math.floor(Date.now() / 1000),
            AssumeRolePolicyDocument: sound(AssumeRolePolicyDocument, 'sts'),
            inlinePolicies: {},
          };
          collection.put(RoleName, role);
          return { Role: describe(role) };
        },
      ),
      GetRole: operation({ RoleName: roleName }, ({ RoleName }) => ({ Role: describe(existing(RoleName)) })),
      ListRoles: inPages('Roles', 'RoleName', { PathPrefix: z.string().default('/') }, ({ PathPrefix }) =>
        rolesOf(cloud.store).flatMap((role) => (role.Path.startsWith(PathPrefix) ? [describe(role)] : [])),
      ),
      UpdateAssumeRolePolicy: operation({ RoleName: roleName, PolicyDocument: document }, (input) => {
        update(input.RoleName, { AssumeRolePolicyDocument: sound(input.PolicyDocument, 'sts') });
        return {};
      }),
      PutRolePolicy: operation({ RoleName: roleName, PolicyName: policyName, PolicyDocument: document }, (input) => {
        const { inlinePolicies } = existing(input.RoleName);
        update(input.RoleName, {
          inlinePolicies: { ...inlinePolicies, [input.PolicyName]: sound(input.PolicyDocument, 'identity') },
        });
        return {};
      }),
      DeleteRolePolicy: operation({ RoleName: roleName, PolicyName: policyName }, ({ RoleName, PolicyName }) => {
        const { [PolicyName]: removed, ...inlinePolicies } = existing(RoleName).inlinePolicies;
        if (removed === undefined) throw noSuchEntity(`The role policy with name ${PolicyName}`);
        update(RoleName, { inlinePolicies });
        return {};
      }),
      GetRolePolicy: operation({ RoleName: roleName, PolicyName: policyName }, ({ RoleName, PolicyName }) => {
        const policy = existing(RoleName).inlinePolicies[PolicyName];
        if (policy === undefined) throw noSuchEntity(`The role policy with name ${PolicyName}`);
        return { RoleName, PolicyName, PolicyDocument: encodeURIComponent(policy) };
      }),
      ListRolePolicies: inPages('PolicyNames', undefined, { RoleName: roleName }, ({ RoleName }) =>
        Object.keys(existing(RoleName).inlinePolicies),
      ),
      // A role has inline policies only: no template's managed ones are accepted.
      ListAttachedRolePolicies: inPages(
        'AttachedPolicies',
        'PolicyArn',
        { RoleName: roleName, PathPrefix: z.string().optional() },
        ({ RoleName }) => {
          existing(RoleName);
          return [];
        },
      ),
    },
  };
}

/** IAM answers with documents percent-encoded (RFC 3986). */
const describe = (role: Role) => ({
  ...role,
  AssumeRolePolicyDocument: encodeURIComponent(role.AssumeRolePolicyDocument),
  inlinePolicies: undefined,
});

const noSuchEntity = (what: string): AwsError =>
  new AwsError('NoSuchEntity', `${what} cannot be found.`, { status: 404 });
