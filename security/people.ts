/** Who there is: the roles of the templates, roles that the keys' policies speak of, and anybody else. */
import { LOCAL } from '@regulabel/cli/local/place';
import { keyPoliciesOf, rolesOf, type RolePolicy, type Stage, type Statement, type Template } from './stage.ts';

const EVERYTHING: readonly RolePolicy[] = [
  {
    PolicyName: 'everything',
    PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
  },
];

const templatesOf = (stage: Stage) => Object.values(stage);
const statementsOfKeys = (stage: Stage): Statement[] =>
  templatesOf(stage).flatMap((template) =>
    Object.values(keyPoliciesOf(template)).flatMap(({ Statement }) => Statement),
  );

export const roleArn = (name: string): string => `arn:aws:iam::${LOCAL.account}:role/${name}`;

/** The names of the templates' own roles. */
export const ownRoles = (stage: Stage): string[] =>
  templatesOf(stage).flatMap((template) => rolesOf(template).map(({ RoleName }) => RoleName));

/**
 * Roles that no template has: those that a key's policy admits by name (`x` stands for a wildcard), and one that nothing
 * speaks of. Reporting teams' roles are of the first kind.
 */
export function strangers(stage: Stage): string[] {
  const named = [...JSON.stringify(statementsOfKeys(stage)).matchAll(/:role\/([^"]+)"/g)];
  const names = named.map(([, name = '']) => name.replace(/[*?]+/g, 'x'));
  const own = new Set(ownRoles(stage));
  return [...new Set([...names, 'somebody-else'])].filter((name) => !own.has(name));
}

/** The AWS services that the keys' policies name. */
export const servicesNamed = (stage: Stage): string[] => [
  ...new Set(
    statementsOfKeys(stage)
      .flatMap(({ Principal }) => (typeof Principal === 'object' ? [Principal.Service ?? []].flat() : []))
      .map((name) => (typeof name === 'string' ? name : (name as { 'Fn::Sub': string })['Fn::Sub']))
      .map((name) => name.replace('${AWS::Region}', LOCAL.region)),
  ),
];

/**
 * Principals of the keys' policies that are neither this account nor a role of the same template: KMS refuses roles that
 * are not there yet, and nobody else has any business here.
 */
export const foreignPrincipals = (stage: Stage): unknown[] =>
  templatesOf(stage).flatMap((template) =>
    Object.values(keyPoliciesOf(template))
      .flatMap(({ Statement }) => Statement)
      .flatMap(({ Principal }) => (typeof Principal === 'string' ? [Principal] : [Principal?.AWS ?? []].flat()))
      .filter((principal) => !isAccount(principal) && !isRoleOf(template, principal)),
  );

const isAccount = (principal: unknown): boolean =>
  JSON.stringify(principal) === JSON.stringify({ 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:root' });

function isRoleOf({ Resources }: Template, principal: unknown): boolean {
  const [id = '', attribute] = (principal as { 'Fn::GetAtt'?: string[] })['Fn::GetAtt'] ?? [];
  return attribute === 'Arn' && Resources[id]?.Type === 'AWS::IAM::Role';
}

/** The same stage with {@link strangers} in it, whose own policies allow everything. */
export function withStrangers(stage: Stage): Stage {
  const changed = structuredClone(stage);
  for (const [index, RoleName] of strangers(stage).entries())
    changed.ingest.Resources[`Stranger${index}`] = {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName,
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
        Policies: EVERYTHING,
      },
    };
  return changed;
}

/** The same stage with roles that their own policies allow everything: what is left is what keys and buckets say. */
export function withOpenRoles(stage: Stage): Stage {
  const changed = structuredClone(stage);
  for (const role of templatesOf(changed).flatMap(rolesOf)) role.Policies = EVERYTHING;
  return changed;
}
