import type { CompiledTemplate } from '../watch/templates.ts';

type Resource = CompiledTemplate['Resources'][string];

/** What holds something, or says who may use it. The rest of a service acts. */
const HOLDING = new Set([
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::IAM::Role',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
]);

/** Whoever puts examples there stands for the owner. */
const ADMITS_THE_ACCOUNT = {
  Effect: 'Allow',
  Principal: { AWS: { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:root' } },
  Action: 'kms:*',
  Resource: '*',
};

/** Notes that it was asked, by its execution, and does nothing. */
const STAND_IN = JSON.stringify({
  Comment: 'Stands in for a state machine of another service',
  QueryLanguage: 'JSONata',
  StartAt: 'Asked',
  States: { Asked: { Type: 'Pass', End: true } },
});

/**
 * What a service finds of another one when it runs alone: the other's buckets, keys, tables, topics, bus and roles by
 * their names, and state machines that only note what they are asked for. Nothing in it acts.
 */
export function surroundingsOf({ Resources }: CompiledTemplate): CompiledTemplate {
  const kept = new Map<string, Resource>();
  for (const [id, resource] of Object.entries(Resources)) {
    if (HOLDING.has(resource.Type)) kept.set(id, open(resource));
    if (resource.Type === 'AWS::StepFunctions::StateMachine') kept.set(id, standIn(resource));
  }
  // A role for something that acts may name it; such a role is of no use to others.
  for (let before = Infinity; kept.size < before;) {
    before = kept.size;
    for (const [id, { Properties }] of kept)
      if (mentions(Properties).some((name) => name in Resources && !kept.has(name))) kept.delete(id);
  }
  return { Resources: Object.fromEntries(kept) };
}

function open(resource: Resource): Resource {
  if (resource.Type !== 'AWS::KMS::Key') return resource;
  const policy = resource.Properties['KeyPolicy'] as { Statement: unknown[] };
  const KeyPolicy = { ...policy, Statement: [...policy.Statement, ADMITS_THE_ACCOUNT] };
  return { ...resource, Properties: { ...resource.Properties, KeyPolicy } };
}

const standIn = ({ Type, Properties: { StateMachineName, StateMachineType, RoleArn } }: Resource): Resource => ({
  Type,
  Properties: { StateMachineName, StateMachineType, RoleArn, DefinitionString: STAND_IN },
});

/** The logical ids that an expression may mean: names of what it refers to, and a few that are none. */
function mentions(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(mentions);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref') return [String(inner)];
    if (key === 'Fn::GetAtt') return [String(Array.isArray(inner) ? inner[0] : inner).split('.')[0] ?? ''];
    if (key === 'Fn::Sub') {
      const text = String(Array.isArray(inner) ? inner[0] : inner);
      const names = [...text.matchAll(/\$\{([^}!.]+)[^}]*\}/g)].map(([, name = '']) => name);
      return [...names, ...mentions(inner)];
    }
    return mentions(inner);
  });
}
