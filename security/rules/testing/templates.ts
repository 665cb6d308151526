/** For tests: templates in which all is well, and copies of them in which one thing is not. */
import { violationsOf, type Rule } from '../rule.ts';
import { stackOf, type Stack } from '../template/stack.ts';

export type Resources = Readonly<Record<string, object>>;

/** A stack of stage `dev` in `eu-west-1`, account 111122223333. */
export const stackWith = (resources: Resources, service = 'ingest', template: object = {}): Stack =>
  stackOf({ ...template, Resources: resources }, { stage: 'dev', region: 'eu-west-1', service });

/** What the rules find: `<rule>: <where>: <what>`. */
export async function found(rules: readonly Rule[], ...stacks: readonly Stack[]): Promise<string[]> {
  const violations = await violationsOf(rules, stacks);
  return violations.map(({ rule, where, what }) => `${rule.name}: ${where}: ${what}`);
}

/** A copy in which one member, by its path with dots, has another value, or is not there. */
export function changed<T extends object>(original: T, path: string, value?: unknown): T {
  // Not structuredClone: what the original has in two places would change in both.
  const copy = JSON.parse(JSON.stringify(original)) as T;
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const parent = steps.reduce<unknown>((inner, step) => (inner as Record<string, unknown>)[step], copy) as Record<
    string,
    unknown
  >;
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return copy;
}

export const sub = (text: string) => ({ 'Fn::Sub': text });
export const attribute = (id: string, name = 'Arn') => ({ 'Fn::GetAtt': [id, name] });
export const ref = (id: string) => ({ Ref: id });
const statement = (Statement: object | readonly object[]) => ({ Version: '2012-10-17', Statement });
export const policyDocument = statement;

/** Of the stack's own region and account. */
export const arn = (service: string, resource: string) =>
  sub(`arn:aws:${service}:\${AWS::Region}:\${AWS::AccountId}:${resource}`);
/** A statement of a role's policy. */
export const may = (Action: string | string[], Resource: unknown, Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});

export const account = { AWS: sub('arn:aws:iam::${AWS::AccountId}:root') };
export const allow = (Principal: unknown, Action: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Principal,
  Action,
  Resource: '*',
  ...more,
});

/** A key that the account administers, with an alias. */
export const keyWith = (id: string, alias: string, ...statements: readonly object[]): Resources => ({
  [id]: {
    Type: 'AWS::KMS::Key',
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      EnableKeyRotation: true,
      KeyPolicy: statement([allow(account, ['kms:PutKeyPolicy', 'kms:DescribeKey']), ...statements]),
    },
  },
  [`${id}Alias`]: { Type: 'AWS::KMS::Alias', Properties: { AliasName: alias, TargetKeyId: ref(id) } },
});

/** A role that a service of this account takes on. */
export const roleWith = (name: string, service: string, ...statements: readonly object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName: name,
    AssumeRolePolicyDocument: statement({
      Effect: 'Allow',
      Principal: { Service: service },
      Action: 'sts:AssumeRole',
      ...(service === 'lambda.amazonaws.com'
        ? {}
        : { Condition: { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } } }),
    }),
    Policies: statements.length === 0 ? [] : [{ PolicyName: 'own', PolicyDocument: statement(statements) }],
  },
});
