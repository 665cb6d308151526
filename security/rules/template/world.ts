/** All stacks together: what an ARN names, what encrypts it, which policies guard it. */
import type { Statement } from '@regulabel/local-cloud/policy/document';
import { at, list, text } from './json.ts';
import { policiesOn, statementsOf } from './policies.ts';
import { ofType, type Resource, type Stack } from './stack.ts';

export interface Known {
  readonly stack: Stack;
  readonly resource: Resource;
}

/** The resource that an ARN names, in whichever stack. Objects are found by their bucket, indexes by their table. */
export function known(stacks: readonly Stack[], arn: string): Known | undefined {
  const [whole = arn] = /^arn:aws:s3:::[^/]+|^arn:aws:dynamodb:[^/]+\/[^/]+/.exec(arn) ?? [];
  return all(stacks).find(({ resource }) => resource.arn === whole);
}

const all = (stacks: readonly Stack[]): Known[] =>
  stacks.flatMap((stack) => stack.resources.map((resource) => ({ stack, resource })));

/** A role of the same stack. */
export const ownRole = (stack: Stack, arn: unknown): Resource | undefined =>
  ofType(stack, 'AWS::IAM::Role').find((role) => role.arn === arn);

/** Where a type says which key encrypts it. */
const KEYS: Readonly<Record<string, readonly (string | number)[]>> = {
  'AWS::S3::Bucket': [
    'BucketEncryption',
    'ServerSideEncryptionConfiguration',
    0,
    'ServerSideEncryptionByDefault',
    'KMSMasterKeyID',
  ],
  'AWS::SQS::Queue': ['KmsMasterKeyId'],
  'AWS::SNS::Topic': ['KmsMasterKeyId'],
  'AWS::DynamoDB::Table': ['SSESpecification', 'KMSMasterKeyId'],
  'AWS::Events::Archive': ['KmsKeyIdentifier'],
  'AWS::Athena::WorkGroup': [
    'WorkGroupConfiguration',
    'ManagedQueryResultsConfiguration',
    'EncryptionConfiguration',
    'KmsKey',
  ],
  'AWS::Logs::LogGroup': ['KmsKeyId'],
};

/** The customer's key that encrypts a resource, if it is one of the same stack. */
export const keyOf = (stack: Stack, { type, properties }: Resource): Resource | undefined =>
  ownKey(stack, at(properties, ...(KEYS[type] ?? [''])));

/** A key of the stack by its id, ARN or alias. */
export function ownKey(stack: Stack, named: unknown): Resource | undefined {
  const alias = ofType(stack, 'AWS::KMS::Alias').find(({ ref }) => ref === named);
  const id = alias?.properties['TargetKeyId'] ?? named;
  return ofType(stack, 'AWS::KMS::Key').find(({ ref, arn }) => id === ref || id === arn);
}

/** `alias/...` names of a key. */
export const aliasesOf = (stack: Stack, key: Resource): string[] =>
  ofType(stack, 'AWS::KMS::Alias')
    .filter(({ properties }) => ownKey(stack, properties['TargetKeyId']) === key)
    .map(({ ref }) => ref);

/** The statements of a resource's own policy; undefined where it has none. */
export function guarding({ stack, resource }: Known): readonly Statement[] | undefined {
  const policies = policiesOn(stack, resource);
  return policies.length === 0 ? undefined : policies.flatMap(statementsOf);
}

/** The names of the queues that take what others could not deliver. */
export function deadLetterArns({ resources }: Stack): ReadonlySet<string> {
  const arns = resources.flatMap(({ properties }) => [
    text(at(properties, 'RedrivePolicy', 'deadLetterTargetArn')),
    text(at(properties, 'Target', 'DeadLetterConfig', 'Arn')),
    text(at(properties, 'DeadLetterConfig', 'TargetArn')),
    ...list(properties['Targets']).map((target) => text(at(target, 'DeadLetterConfig', 'Arn'))),
  ]);
  return new Set(arns.filter((arn) => arn !== ''));
}
