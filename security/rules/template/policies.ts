/** The policies in the templates, parsed, and what IAM would decide on them. */
import { decide, type Policies, type Principal, type Verdict } from '@regulabel/local-cloud/policy/decide';
import { parsePolicy, type Statement } from '@regulabel/local-cloud/policy/document';
import type { Context } from '@regulabel/local-cloud/policy/pattern';
import { at, list, text } from './json.ts';
import { ofType, type Resource, type Stack } from './stack.ts';

const remembered = new WeakMap<Resource, Statement[]>();

/** The statements of a role's own policies, or of a key, a bucket policy, a queue policy, a topic policy. */
export function statementsOf(resource: Resource): readonly Statement[] {
  const known = remembered.get(resource);
  if (known !== undefined) return known;
  const { properties } = resource;
  const documents = [
    ...list(properties['Policies']).map(
      (policy) => [text(at(policy, 'PolicyName')), at(policy, 'PolicyDocument')] as const,
    ),
    ...list(properties['PolicyDocument'] ?? properties['KeyPolicy']).map((document) => ['policy', document] as const),
  ];
  const statements = documents.flatMap(([name, document]) => parsePolicy(document, name));
  remembered.set(resource, statements);
  return statements;
}

/** Who may assume a role. */
export const trustOf = ({ properties }: Resource): Statement[] =>
  parsePolicy(properties['AssumeRolePolicyDocument'], 'trust');

/** Which resources of the stack hold the policy of a bucket, queue or topic, and the property that names what it is for. */
const POLICIES: Readonly<Record<string, readonly [type: string, property: string]>> = {
  'AWS::S3::Bucket': ['AWS::S3::BucketPolicy', 'Bucket'],
  'AWS::SQS::Queue': ['AWS::SQS::QueuePolicy', 'Queues'],
  'AWS::SNS::Topic': ['AWS::SNS::TopicPolicy', 'Topics'],
};

/** The resources that hold a resource's own policy: itself, for a key. */
export function policiesOn(stack: Stack, resource: Resource): readonly Resource[] {
  if (resource.type === 'AWS::KMS::Key') return [resource];
  const [type = '', property = ''] = POLICIES[resource.type] ?? [];
  return ofType(stack, type).filter(({ properties }) => list(properties[property]).includes(resource.ref));
}

export const roleOf = ({ arn }: Pick<Resource, 'arn'>): Principal => ({
  kind: 'role',
  account: arn.split(':')[4] ?? '',
  roleArn: arn,
  sessionArn: `${arn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/session`,
});

export const service = (name: string): Principal => ({ kind: 'service', name });

/** What IAM decides about an action on a resource, with the conditions' keys in lower case. */
export const decided = (
  question: { principal: Principal; action: string; resource: string; context?: Context },
  policies: Partial<Policies>,
): Verdict => decide({ context: {}, ...question }, { identity: [], resourceDecides: false, ...policies });

const EVERYTHING = parsePolicy({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }, 'everything');

/**
 * Whether a policy lets nobody in over plain HTTP, whatever else they may: each of the actions is denied there, and only
 * there. https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
 */
export function onlyOverTls(
  statements: readonly Statement[],
  accesses: readonly { action: string; resource: string }[],
): boolean {
  // Of any account: to deny this one's principals is not to deny everybody.
  const principal = roleOf({ arn: 'arn:aws:iam::999999999999:role/anybody' });
  const allowed = (secure: boolean) => (access: { action: string; resource: string }) =>
    decided(
      { principal, ...access, context: { 'aws:securetransport': String(secure) } },
      { identity: EVERYTHING, resource: statements },
    ).allowed;
  return !accesses.some(allowed(false)) && accesses.every(allowed(true));
}

/** The wildcard principals of the statements that allow something: the statements' origins. */
export const openToAll = (statements: readonly Statement[]): string[] =>
  statements.flatMap(({ effect, principals, origin }) =>
    effect === 'Allow' && [...(principals?.aws ?? []), ...(principals?.services ?? [])].includes('*') ? [origin] : [],
  );

/** Whether a condition of a statement, not weakened by a set or `IfExists`, names this key with one of these operators. */
export const conditionOn = (
  { conditions }: Statement,
  key: string,
  operators: readonly string[],
): readonly string[] | undefined =>
  conditions.find(
    (condition) =>
      condition.key === key.toLowerCase() &&
      operators.includes(condition.operator) &&
      condition.set === undefined &&
      !condition.ifExists,
  )?.values;
