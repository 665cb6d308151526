import path from 'node:path';
import type { Deployment, Properties, ResourceType } from './resourceType.ts';
import { asText, unless } from './resourceType.ts';

/** AWS's policies that allow nothing but logs and traces, which have no effect on a run. */
const inertManagedPolicies = new Set([
  'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole',
  'arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess',
]);

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: unknown;
}

const putRolePolicy = (RoleName: string, { PolicyName, PolicyDocument }: InlinePolicy, { call }: Deployment) =>
  call('iam', 'PutRolePolicy', { RoleName, PolicyName, PolicyDocument: asText(PolicyDocument) });

/** Types that run code, and the roles they run as. */
export const computeTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::IAM::Role': {
    acts: ['RoleName', 'Path', 'AssumeRolePolicyDocument', 'MaxSessionDuration', 'Policies', 'ManagedPolicyArns'],
    async deploy(properties, deployment) {
      const { AssumeRolePolicyDocument, Policies = [], ManagedPolicyArns = [], ...role } = properties;
      const { call, name } = deployment;
      const unknown = (ManagedPolicyArns as string[]).find((arn) => !inertManagedPolicies.has(arn));
      if (unknown !== undefined) throw new Error(`the managed policy ${unknown} is not supported by the local cloud`);
      const RoleName = name(role['RoleName']);
      const trust = asText(AssumeRolePolicyDocument);
      const creation = call('iam', 'CreateRole', { ...role, RoleName, AssumeRolePolicyDocument: trust });
      if ((await unless('EntityAlreadyExists', creation)) === undefined)
        await call('iam', 'UpdateAssumeRolePolicy', { RoleName, PolicyDocument: trust });
      const wanted = Policies as InlinePolicy[];
      const { PolicyNames } = await call('iam', 'ListRolePolicies', { RoleName });
      for (const PolicyName of PolicyNames as string[])
        if (!wanted.some((policy) => policy.PolicyName === PolicyName))
          await call('iam', 'DeleteRolePolicy', { RoleName, PolicyName });
      for (const policy of wanted) await putRolePolicy(RoleName, policy, deployment);
      const { Arn, RoleId } = (await call('iam', 'GetRole', { RoleName }))['Role'] as Record<'Arn' | 'RoleId', string>;
      return { ref: RoleName, attributes: { Arn, RoleId } };
    },
  },
  'AWS::IAM::Policy': {
    acts: ['PolicyName', 'PolicyDocument', 'Roles'],
    async deploy({ Roles, ...policy }, deployment) {
      for (const role of Roles as string[]) await putRolePolicy(role, policy as unknown as InlinePolicy, deployment);
      return { ref: asText(policy['PolicyName']) };
    },
  },
  'AWS::Lambda::Function': {
    acts: [
      'FunctionName',
      'Code',
      'Role',
      'Runtime',
      'Handler',
      'Timeout',
      'MemorySize',
      'Environment',
      'ReservedConcurrentExecutions',
    ],
    inert: ['Architectures', 'TracingConfig', 'LoggingConfig', 'EphemeralStorage', 'KmsKeyArn'],
    async deploy({ FunctionName, Code, ...settings }, { name, folder, call }) {
      const ref = name(FunctionName);
      const ZipPath = path.join(folder, path.posix.basename(asText((Code as Properties)['S3Key'])));
      const { FunctionArn } = await call('lambda', 'DeployFunction', { ...settings, FunctionName: ref, ZipPath });
      return { ref, attributes: { Arn: asText(FunctionArn) } };
    },
  },
  'AWS::Lambda::EventSourceMapping': {
    acts: [
      'FunctionName',
      'EventSourceArn',
      'Enabled',
      'BatchSize',
      'MaximumBatchingWindowInSeconds',
      'FunctionResponseTypes',
      'ScalingConfig',
    ],
    async deploy(mapping, { previousRef, call }) {
      const input = previousRef === undefined ? mapping : { ...mapping, UUID: previousRef };
      return { ref: asText((await call('lambda', 'DeployEventSourceMapping', input))['UUID']) };
    },
    retire: (UUID, call) => call('lambda', 'DeleteEventSourceMapping', { UUID }),
  },
  'AWS::StepFunctions::StateMachine': {
    acts: ['StateMachineName', 'StateMachineType', 'DefinitionString', 'RoleArn'],
    inert: ['LoggingConfiguration', 'TracingConfiguration'],
    async deploy({ StateMachineName, StateMachineType: type, DefinitionString, RoleArn: roleArn }, deployment) {
      const { name: nameOf, region, account, call } = deployment;
      const name = nameOf(StateMachineName);
      const machine = { definition: asText(DefinitionString), roleArn };
      const creation = call('states', 'CreateStateMachine', { name, type, ...machine });
      const stateMachineArn = `arn:aws:states:${region}:${account}:stateMachine:${name}`;
      if ((await unless('StateMachineAlreadyExists', creation)) === undefined)
        await call('states', 'UpdateStateMachine', { stateMachineArn, ...machine });
      return { ref: stateMachineArn, attributes: { Arn: stateMachineArn, Name: name } };
    },
  },
};
