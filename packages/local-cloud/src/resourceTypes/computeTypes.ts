import { arnOf } from '../aws.ts';
import path from 'node:path';
import { asText, unless, type Properties, type ResourceType } from './resourceType.ts';

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: unknown;
}

/** Types that run code, and the roles they run as. */
export const computeTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::IAM::Role': {
    acts: ['RoleName', 'AssumeRolePolicyDocument', 'MaxSessionDuration', 'Policies'],
    async deploy({ AssumeRolePolicyDocument, Policies = [], ...role }, { call, name }) {
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
      for (const { PolicyName, PolicyDocument } of wanted)
        await call('iam', 'PutRolePolicy', { RoleName, PolicyName, PolicyDocument: asText(PolicyDocument) });
      const { Arn, RoleId } = (await call('iam', 'GetRole', { RoleName }))['Role'] as Record<'Arn' | 'RoleId', string>;
      return { ref: RoleName, attributes: { Arn, RoleId } };
    },
  },
  'AWS::Lambda::Function': {
    acts: ['FunctionName', 'Code', 'Role', 'Runtime', 'Handler', 'Timeout', 'MemorySize', 'Environment'],
    inert: ['Architectures', 'TracingConfig'],
    async deploy({ FunctionName, Code, ...settings }, { name, folder, call }) {
      const ref = name(FunctionName);
      const ZipPath = path.join(folder, path.posix.basename(asText((Code as Properties)['S3Key'])));
      const { FunctionArn } = await call('lambda', 'DeployFunction', { ...settings, FunctionName: ref, ZipPath });
      return { ref, attributes: { Arn: asText(FunctionArn) } };
    },
  },
  'AWS::Lambda::EventSourceMapping': {
    acts: ['FunctionName', 'EventSourceArn', 'Enabled', 'BatchSize', 'FunctionResponseTypes'],
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
      const { name: nameOf, place, call } = deployment;
      const name = nameOf(StateMachineName);
      const machine = { definition: asText(DefinitionString), roleArn };
      const creation = call('states', 'CreateStateMachine', { name, type, ...machine });
      const stateMachineArn = arnOf(place, 'states', `stateMachine:${name}`);
      if ((await unless('StateMachineAlreadyExists', creation)) === undefined)
        await call('states', 'UpdateStateMachine', { stateMachineArn, ...machine });
      return { ref: stateMachineArn, attributes: { Arn: stateMachineArn, Name: name } };
    },
  },
};
