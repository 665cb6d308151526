import type { Statement } from '@regulabel/local-cloud/policy/document';
import { matchesAction } from '@regulabel/local-cloud/policy/pattern';
import { each, finding, type Finding, type Problem, type Rule } from '../rule.ts';
import { list } from '../template/json.ts';
import { conditionOn, decided, openToAll, service, statementsOf, trustOf } from '../template/policies.ts';
import type { Stack } from '../template/stack.ts';
import { usesIn, type Use } from '../template/uses.ts';
import { ownKey, ownRole } from '../template/world.ts';
import { keyUsesIn } from './keys.ts';
import { beyondTheStage, WITHOUT_RESOURCE } from './resources.ts';

const TYPE = 'AWS::IAM::Role';

/** A rule's check that looks at each statement of each role by itself. */
const eachStatement = (problemOf: (statement: Statement, stack: Stack) => string | undefined) =>
  each(TYPE, (role, stack) =>
    statementsOf(role).flatMap((statement): Problem[] => {
      const what = statement.effect === 'Allow' ? problemOf(statement, stack) : undefined;
      return what === undefined ? [] : [{ in: `statement ${statement.origin}`, what }];
    }),
  );

const isWild = (pattern: string): boolean => /[*?]/.test(pattern);
const patternsOf = ({ resources }: Statement): readonly string[] => resources?.patterns ?? [];
const mentions = ({ actions }: Statement, action: string): boolean =>
  actions.patterns.some((pattern) => matchesAction(pattern, action)) !== actions.allBut;

/** A rule's check that looks at each use of a role by itself. */
const eachUse = (problemOf: (use: Use, uses: readonly Use[]) => string | undefined) => (stacks: readonly Stack[]) => {
  const uses = stacks.flatMap(usesIn);
  return uses.flatMap((use): Finding[] => {
    const what = problemOf(use, uses);
    if (what === undefined) return [];
    return [finding(use.stack, use.resource, use.state === undefined ? what : { in: `state ${use.state}`, what })];
  });
};

export const roles: readonly Rule[] = [
  {
    name: 'role-named',
    remedy: 'Set RoleName to regulabel-<stage>-<what it is for>: keys of other stacks admit roles by name',
    check: each(TYPE, ({ properties }) =>
      properties['RoleName'] === undefined ? 'its name is left to chance' : undefined,
    ),
  },
  {
    name: 'role-without-managed-policies',
    remedy: 'Write the policy by hand, into Policies',
    standsFor: ['AwsSolutions-IAM4'],
    check: (stacks) => [
      ...each(TYPE, ({ properties }) =>
        list(properties['ManagedPolicyArns']).map((arn) => `it takes on ${String(arn)}`),
      )(stacks),
      ...['AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy', 'AWS::IAM::User', 'AWS::IAM::Group'].flatMap((type) =>
        each(type, () => `permissions stand in a resource of type ${type}, away from their role`)(stacks),
      ),
    ],
  },
  {
    name: 'role-without-wildcard-action',
    remedy: 'List the actions',
    standsFor: ['AwsSolutions-IAM5', 'CKV_AWS_107', 'CKV_AWS_108', 'CKV_AWS_109', 'CKV_AWS_110', 'CKV_AWS_111'],
    check: eachStatement(({ actions }) => {
      if (actions.allBut) return 'it allows all but what NotAction names';
      const wild = actions.patterns.filter(isWild);
      return wild.length === 0 ? undefined : `it allows ${wild.join(', ')}`;
    }),
  },
  {
    name: 'role-without-wildcard-resource',
    remedy: 'Name the resources; an action for which AWS knows none belongs into WITHOUT_RESOURCE, with the reason',
    standsFor: ['AwsSolutions-IAM5', 'CKV_AWS_356', 'guard iam_policydocument_no_wildcard_resource'],
    check: eachStatement((statement) => {
      if (statement.resources?.allBut === true) return 'it allows all but what NotResource names';
      if (!patternsOf(statement).includes('*')) return undefined;
      const wrong = statement.actions.patterns.filter((action) => !(action in WITHOUT_RESOURCE));
      return wrong.length === 0 ? undefined : `it allows ${wrong.join(', ')} on everything`;
    }),
  },
  {
    name: 'role-stays-in-its-stage',
    remedy:
      'Begin the name in the resource with the stage; what has to be reached elsewhere belongs into BEYOND, with the reason',
    check: eachStatement((statement, { place }) => {
      const far = patternsOf(statement).filter((pattern) => pattern !== '*' && beyondTheStage(pattern, place));
      return far.length === 0 ? undefined : `it reaches ${far.join(', ')}`;
    }),
  },
  {
    name: 'role-reaches-keys-by-alias',
    remedy:
      'Name a key of the same template by its ARN, another by key/* and ForAnyValue:StringEquals on kms:ResourceAliases',
    check: eachStatement((statement, stack) => {
      const keys = patternsOf(statement).filter((pattern) => /^arn:aws:kms:/.test(pattern));
      const foreign = keys.filter((pattern) => ownKey(stack, pattern) === undefined);
      if (foreign.length === 0 || namesAliases(statement, stack)) return undefined;
      return `it reaches ${foreign.join(', ')} whatever the key is`;
    }),
  },
  {
    name: 'role-grants-for-services-only',
    remedy: 'Add Bool kms:GrantIsForAWSResource true: the permission is for disks that AWS attaches',
    check: eachStatement((statement) =>
      keyUsesIn(statement).includes('kms:CreateGrant') &&
      conditionOn(statement, 'kms:GrantIsForAWSResource', ['Bool'])?.join() !== 'true'
        ? 'it may hand the key to anybody'
        : undefined,
    ),
  },
  {
    name: 'role-passes-known-roles',
    remedy: 'Name roles of the same template, and the service in StringEquals iam:PassedToService',
    standsFor: ['guard iam_role_no_wildcard_resource_on_passrole'],
    check: eachStatement((statement, stack) => {
      if (!mentions(statement, 'iam:PassRole')) return undefined;
      const strange = patternsOf(statement).filter((arn) => ownRole(stack, arn) === undefined);
      if (strange.length > 0) return `it may pass ${strange.join(', ')}`;
      return conditionOn(statement, 'iam:PassedToService', ['StringEquals']) === undefined
        ? 'it may pass them to any service'
        : undefined;
    }),
  },
  {
    name: 'role-speaks-for-its-service',
    remedy:
      'Allow events:PutEvents on the bus regulabel-<stage> only, with StringEquals events:source regulabel.<service>',
    check: eachStatement((statement, { place, service: of }) => {
      if (!mentions(statement, 'events:PutEvents')) return undefined;
      const bus = `arn:aws:events:${place.region}:${place.account}:event-bus/regulabel-${place.stage}`;
      if (patternsOf(statement).some((arn) => arn !== bus)) return 'it may put events on other buses than our own';
      const sources = conditionOn(statement, 'events:source', ['StringEquals']);
      return sources?.join() === `regulabel.${of}`
        ? undefined
        : `it may speak for ${sources?.join(', ') ?? 'everybody'}`;
    }),
  },
  {
    name: 'role-logs-to-its-own-group',
    remedy: "Name the function's own log group, /aws/lambda/<function>:*",
    check: eachUse(({ stack, resource, role, service: principal }) => {
      if (principal !== 'lambda.amazonaws.com') return undefined;
      const { region, account } = stack.place;
      const group = `arn:aws:logs:${region}:${account}:log-group:/aws/lambda/${resource.ref}:*`;
      const taken = ownRole(stack, role);
      const others = (taken === undefined ? [] : statementsOf(taken))
        .filter((statement) => mentions(statement, 'logs:PutLogEvents'))
        .flatMap(patternsOf)
        .filter((pattern) => pattern !== group);
      return others.length === 0 ? undefined : `it may write into other logs: ${others.join(', ')}`;
    }),
  },
  {
    name: 'role-of-one-user',
    remedy: 'Give each function, state machine, kind of job and event target a role of its own',
    check: eachUse((use, uses) => {
      const others = new Set(uses.flatMap(({ role, by }) => (role === use.role && by !== use.by ? [by] : [])));
      return others.size === 0 ? undefined : `it shares its role with ${[...others].join(', ')}`;
    }),
  },
  {
    name: 'role-trusts-its-user',
    remedy: 'Let the trust policy name the one service that assumes it',
    check: eachUse(({ stack, role: arn, service: principal, source }) => {
      const role = ownRole(stack, arn);
      if (role === undefined) return `its role is none of this stack: ${arn || 'none'}`;
      const trust = trustOf(role);
      const context = { 'aws:sourceaccount': stack.place.account, 'aws:sourcearn': source };
      const question = { principal: service(principal), action: 'sts:AssumeRole', resource: arn, context };
      if (!decided(question, { resource: trust, resourceDecides: true }).allowed)
        return `${principal} cannot take on ${role.id}`;
      const more = trust.flatMap(({ principals }) => principals?.services ?? []).filter((name) => name !== principal);
      return more.length === 0 ? undefined : `${more.join(', ')} can take on ${role.id} too`;
    }),
  },
  {
    name: 'role-trusts-this-account-only',
    remedy: 'Add StringEquals aws:SourceAccount (or aws:SourceArn) to the trust policy',
    check: each(TYPE, (role, { place }) => {
      const trust = trustOf(role);
      const open = openToAll(trust).map((origin) => ({ in: `statement ${origin}`, what: 'anybody may take it on' }));
      const services = trust.flatMap(({ principals }) => principals?.services ?? []);
      const abroad = services.filter((name) => {
        if (TELL_NO_SOURCE.includes(name)) return false;
        const context = {
          'aws:sourceaccount': '999999999999',
          'aws:sourcearn': `arn:aws:any:${place.region}:999999999999:any`,
        };
        const question = { principal: service(name), action: 'sts:AssumeRole', resource: role.arn, context };
        return decided(question, { resource: trust, resourceDecides: true }).allowed;
      });
      const foreign = trust
        .flatMap(({ principals }) => principals?.aws ?? [])
        .filter((name) => name !== '*' && name !== place.account && !name.startsWith(`arn:aws:iam::${place.account}:`));
      return [
        ...open,
        ...abroad.map((name) => `${name} may take it on for another account`),
        ...foreign.map((name) => `${name} may take it on`),
      ];
    }),
  },
];

/**
 * Lambda says neither aws:SourceAccount nor aws:SourceArn where it documents execution roles; a role cannot be passed to a
 * function of another account. https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
 */
const TELL_NO_SOURCE = ['lambda.amazonaws.com'];

/** Aliases of this stage, exactly. */
function namesAliases({ conditions }: Statement, { place: { stage } }: Stack): boolean {
  return conditions.some(
    ({ key, set, operator, ifExists, values }) =>
      key === 'kms:resourcealiases' &&
      set === 'ForAnyValue' &&
      (operator === 'StringEquals' || operator === 'StringLike') &&
      !ifExists &&
      values.every((alias) => alias.startsWith(`alias/regulabel-${stage}-`)),
  );
}
