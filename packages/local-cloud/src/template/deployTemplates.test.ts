import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AwsError, internally, type Caller, type Input } from '../aws.ts';
import { startLocalCloud, type LocalCloud } from '../testing/localCloud.ts';
import { packageService, type PackagedService } from '../testing/packagedService.ts';
import { deployTemplates } from './deployTemplates.ts';

let folder: string;
let local: LocalCloud;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'templates-'));
  local = await startLocalCloud({ parameters: { '/given': 'by the configuration' } });
});

afterEach(async () => {
  await local.stop();
  await rm(folder, { recursive: true, force: true });
});

const deployer: Caller = internally('cloudformation');
const call = (service: string, operation: string, input: Input) =>
  local.cloud.call(service, operation, input, deployer);

async function deploy(...services: PackagedService[]): Promise<void> {
  const templates = await Promise.all(services.map((service) => packageService(folder, service)));
  await deployTemplates(local.cloud, { templates });
}

const stack = (Resources: object, stackName = 'stack', sections: object = {}): PackagedService => ({
  stackName,
  template: { Resources, ...sections },
});

const parameter = (Name: string, Value: unknown, more: object = {}) => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Name, Type: 'String', Value },
  ...more,
});
const valueOf = async (Name: string): Promise<unknown> => {
  const { Parameter } = await call('ssm', 'GetParameter', { Name });
  return (Parameter as { Value: string }).Value;
};

const trust = (...services: string[]) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: services.map((service) => `${service}.amazonaws.com`) },
      Action: 'sts:AssumeRole',
    },
  ],
});

/** One of everything but tables and schedules, as services have them. */
const everything: PackagedService = stack({
  Key: {
    Type: 'AWS::KMS::Key',
    Properties: {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:root' } },
            Action: 'kms:*',
            Resource: '*',
          },
        ],
      },
    },
  },
  Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/data', TargetKeyId: { Ref: 'Key' } } },
  Bucket: {
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketName: { 'Fn::Sub': 'data-${AWS::AccountId}-${AWS::Region}' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: false,
            ServerSideEncryptionByDefault: {
              SSEAlgorithm: 'aws:kms',
              KMSMasterKeyID: { 'Fn::GetAtt': ['Key', 'Arn'] },
            },
          },
        ],
      },
      VersioningConfiguration: { Status: 'Enabled' },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      LifecycleConfiguration: { Rules: [] },
    },
  },
  BucketPolicy: {
    Type: 'AWS::S3::BucketPolicy',
    Properties: {
      Bucket: { Ref: 'Bucket' },
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:*',
            Resource: { 'Fn::GetAtt': ['Bucket', 'Arn'] },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      },
    },
  },
  Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
  Work: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: 'work',
      VisibilityTimeout: 60,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
    },
  },
  WorkPolicy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: 'Work' }],
      PolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: { 'Fn::GetAtt': ['Work', 'Arn'] },
          },
        ],
      },
    },
  },
  Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'news', KmsMasterKeyId: { Ref: 'Alias' } } },
  TopicPolicy: {
    Type: 'AWS::SNS::TopicPolicy',
    Properties: {
      Topics: [{ Ref: 'Topic' }],
      PolicyDocument: {
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sns:Publish', Resource: { Ref: 'Topic' } }],
      },
    },
  },
  Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'own' } },
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      Name: 'to-work',
      EventBusName: { Ref: 'Bus' },
      EventPattern: { source: ['test'] },
      Targets: [
        {
          Id: 'work',
          Arn: { 'Fn::GetAtt': ['Work', 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['Dead', 'Arn'] } },
        },
      ],
    },
  },
  Archive: {
    Type: 'AWS::Events::Archive',
    Properties: {
      ArchiveName: 'kept',
      SourceArn: { 'Fn::GetAtt': ['Bus', 'Arn'] },
      EventPattern: { source: ['test'] },
      RetentionDays: 30,
    },
  },
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: trust('states'),
      Policies: [
        {
          PolicyName: 'own',
          PolicyDocument: {
            Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: { 'Fn::Sub': '${Bucket.Arn}/*' } }],
          },
        },
      ],
    },
  },
  Machine: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'machine',
      StateMachineType: 'STANDARD',
      RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
      DefinitionString: JSON.stringify({
        QueryLanguage: 'JSONata',
        StartAt: 'A',
        States: { A: { Type: 'Pass', End: true } },
      }),
      LoggingConfiguration: { Level: 'OFF' },
    },
  },
  Images: { Type: 'AWS::ECR::Repository', Properties: { RepositoryName: 'jobs', ImageTagMutability: 'IMMUTABLE' } },
  LogGroup: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/logs' } },
  Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmActions: [{ Ref: 'Gone' }] } },
  ...Object.fromEntries(
    Object.entries({
      KeyRef: { Ref: 'Key' },
      KeyArn: { 'Fn::GetAtt': ['Key', 'Arn'] },
      AliasRef: { Ref: 'Alias' },
      BucketRef: { Ref: 'Bucket' },
      BucketDomainName: { 'Fn::GetAtt': ['Bucket', 'DomainName'] },
      QueueRef: { Ref: 'Work' },
      QueueArn: { 'Fn::GetAtt': ['Work', 'Arn'] },
      TopicRef: { Ref: 'Topic' },
      BusRef: { Ref: 'Bus' },
      BusArn: { 'Fn::GetAtt': ['Bus', 'Arn'] },
      RuleRef: { Ref: 'Rule' },
      RuleArn: { 'Fn::GetAtt': ['Rule', 'Arn'] },
      ArchiveRef: { Ref: 'Archive' },
      ArchiveArn: { 'Fn::GetAtt': ['Archive', 'Arn'] },
      RoleRef: { Ref: 'Role' },
      RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
      MachineRef: { Ref: 'Machine' },
      MachineName: { 'Fn::GetAtt': ['Machine', 'Name'] },
      ImagesUri: { 'Fn::GetAtt': ['Images', 'RepositoryUri'] },
      LogGroupArn: { 'Fn::GetAtt': ['LogGroup', 'Arn'] },
      AlarmRef: { Ref: 'Alarm' },
    }).map(([name, value]) => [`${name}Parameter`, parameter(`/refs/${name}`, value)]),
  ),
});

const refs = async (): Promise<Record<string, string>> => {
  const found: [string, string][] = [];
  let page: Record<string, unknown> = {};
  do {
    const next = page['NextToken'] === undefined ? {} : { NextToken: page['NextToken'] };
    page = await call('ssm', 'GetParametersByPath', { Path: '/refs', Recursive: true, ...next });
    for (const { Name, Value } of page['Parameters'] as { Name: string; Value: string }[])
      found.push([Name.slice(6), Value]);
  } while (page['NextToken'] !== undefined);
  return Object.fromEntries(found);
};

describe('a stack', () => {
  it('is created, and its Ref and GetAtt values are those of AWS', async () => {
    await deploy(everything);
    const found = await refs();
    expect(found).toEqual({
      KeyRef: expect.stringMatching(/^[0-9a-f-]{36}$/),
      KeyArn: `arn:aws:kms:eu-west-1:111122223333:key/${found['KeyRef'] ?? ''}`,
      AliasRef: 'alias/data',
      BucketRef: 'data-111122223333-eu-west-1',
      BucketDomainName: 'data-111122223333-eu-west-1.s3.amazonaws.com',
      QueueRef: `${local.endpoint}/111122223333/work`,
      QueueArn: 'arn:aws:sqs:eu-west-1:111122223333:work',
      TopicRef: 'arn:aws:sns:eu-west-1:111122223333:news',
      BusRef: 'own',
      BusArn: 'arn:aws:events:eu-west-1:111122223333:event-bus/own',
      RuleRef: 'own|to-work',
      RuleArn: 'arn:aws:events:eu-west-1:111122223333:rule/own/to-work',
      ArchiveRef: 'kept',
      ArchiveArn: 'arn:aws:events:eu-west-1:111122223333:archive/kept',
      RoleRef: expect.stringMatching(/^stack-Role-[0-9a-f]{12}$/),
      RoleArn: `arn:aws:iam::111122223333:role/${found['RoleRef'] ?? ''}`,
      MachineRef: 'arn:aws:states:eu-west-1:111122223333:stateMachine:machine',
      MachineName: 'machine',
      ImagesUri: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/jobs',
      LogGroupArn: 'arn:aws:logs:eu-west-1:111122223333:log-group:/logs:*',
      AlarmRef: expect.stringMatching(/^stack-Alarm-/),
    });
    const Bucket = 'data-111122223333-eu-west-1';
    expect(await call('s3', 'GetBucketEncryption', { Bucket })).toMatchObject({
      ServerSideEncryptionConfiguration: {
        Rules: [
          {
            ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: found['KeyArn'] },
            BucketKeyEnabled: false,
          },
        ],
      },
    });
    expect(await call('s3', 'GetBucketVersioning', { Bucket })).toEqual({ Status: 'Enabled' });
    expect(await call('s3', 'GetBucketNotificationConfiguration', { Bucket })).toEqual({
      EventBridgeConfiguration: {},
    });
    expect(await call('kms', 'DescribeKey', { KeyId: 'alias/data' })).toMatchObject({
      KeyMetadata: { KeyId: found['KeyRef'] },
    });
    expect(
      await call('sqs', 'GetQueueAttributes', { QueueUrl: found['QueueRef'], AttributeNames: ['All'] }),
    ).toMatchObject({
      Attributes: {
        VisibilityTimeout: '60',
        RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:dead","maxReceiveCount":3}',
        Policy: expect.stringContaining('events.amazonaws.com'),
      },
    });
    expect(await call('iam', 'ListRolePolicies', { RoleName: found['RoleRef'] })).toMatchObject({
      PolicyNames: ['own'],
    });
    expect(await call('events', 'ListTargetsByRule', { Rule: 'to-work', EventBusName: 'own' })).toMatchObject({
      Targets: [{ Id: 'work', Arn: found['QueueArn'] }],
    });
    expect(await call('events', 'DescribeArchive', { ArchiveName: 'kept' })).toMatchObject({
      EventSourceArn: found['BusArn'],
      EventPattern: '{"source":["test"]}',
      RetentionDays: 30,
    });
  });

  it('stays the same when it is deployed again', async () => {
    await deploy(everything);
    const before = await refs();
    await deploy(everything);
    expect(await refs()).toEqual(before);
    expect((await call('kms', 'ListKeys', {}))['Keys']).toHaveLength(1);
  });

  it('follows its template, keeping its data', async () => {
    const queue = (VisibilityTimeout: number) => ({
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName: 'work', VisibilityTimeout },
    });
    const role = (...names: string[]) => ({
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'role',
        AssumeRolePolicyDocument: trust(`${names.length}`),
        Policies: names.map((PolicyName) => ({
          PolicyName,
          PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] },
        })),
      },
    });
    const QueueUrl = `${local.endpoint}/111122223333/work`;
    await deploy(stack({ Queue: queue(30), Role: role('one', 'two') }));
    await call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'kept' });
    await deploy(stack({ Queue: queue(40), Role: role('two') }));
    expect(await call('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] })).toMatchObject({
      Attributes: { VisibilityTimeout: '40', ApproximateNumberOfMessages: '1' },
    });
    expect(await call('iam', 'ListRolePolicies', { RoleName: 'role' })).toMatchObject({ PolicyNames: ['two'] });
    const { Role } = await call('iam', 'GetRole', { RoleName: 'role' });
    expect(decodeURIComponent((Role as { AssumeRolePolicyDocument: string }).AssumeRolePolicyDocument)).toContain(
      '1.amazonaws.com',
    );
  });

  it('has an archive follow its template, keeping its events', async () => {
    const archive = (settings: object) => {
      const SourceArn = 'arn:aws:events:eu-west-1:111122223333:event-bus/default';
      return stack({
        Archive: { Type: 'AWS::Events::Archive', Properties: { ArchiveName: 'kept', SourceArn, ...settings } },
      });
    };
    const Entries = [{ Source: 'test', DetailType: 'x', Detail: '{}' }];
    const described = () => call('events', 'DescribeArchive', { ArchiveName: 'kept' });
    await deploy(archive({ EventPattern: { source: ['other'] } }));
    await call('events', 'PutEvents', { Entries });
    expect(await described()).toMatchObject({ EventPattern: '{"source":["other"]}', RetentionDays: 0, EventCount: 0 });
    await deploy(archive({ RetentionDays: 3 }));
    await call('events', 'PutEvents', { Entries });
    await deploy(archive({ RetentionDays: 4 }));
    expect(await described()).toMatchObject({ RetentionDays: 4, EventCount: 1 });
    expect(await described()).not.toHaveProperty('EventPattern');
    await deploy(stack({ A: parameter('/a', '1') }));
    await expect(described()).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  it('ends what a resource does that left the template or has another name now', async () => {
    const fn = {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: trust('lambda', 'scheduler'),
          Policies: [
            {
              PolicyName: 'work',
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [{ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }],
              },
            },
          ],
        },
      },
      Work: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'work' } },
      Task: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Code: { S3Key: 'task.zip' },
          Handler: 'task.handler',
          Runtime: 'nodejs24.x',
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
        },
      },
    };
    const rule = (Name: string) => ({
      Type: 'AWS::Events::Rule',
      Properties: { Name, EventPattern: { source: ['test'] } },
    });
    const schedule = {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Name: 'daily',
        ScheduleExpression: 'rate(1 day)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { Arn: { 'Fn::GetAtt': ['Task', 'Arn'] }, RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      },
    };
    const source = {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { FunctionName: { Ref: 'Task' }, EventSourceArn: { 'Fn::GetAtt': ['Work', 'Arn'] } },
    };
    const packages = { 'task.zip': { 'task.mjs': '' } };
    const before = { ...fn, One: rule('one'), Two: rule('two'), Daily: schedule, Source: source };
    await deploy({ ...stack(before), packages });
    await deploy({ ...stack({ ...fn, Two: rule('renamed') }), packages });
    const { Rules } = await call('events', 'ListRules', {});
    const states = (Rules as { Name: string; State: string }[]).map(({ Name, State }) => [Name, State]);
    expect(Object.fromEntries(states)).toEqual({ one: 'DISABLED', two: 'DISABLED', renamed: 'ENABLED' });
    expect(await call('scheduler', 'ListSchedules', {})).toEqual({ Schedules: [] });
    expect(local.cloud.store.collection('lambda.mapping').list()).toEqual([]);
  });

  it('says of a resource that left the template that it stays', async () => {
    await deploy(stack({ A: parameter('/a', '1'), B: parameter('/b', '2') }));
    await deploy(stack({ A: parameter('/a', '1') }));
    expect(await readFile(path.join(local.stateDir, 'local-cloud.log'), 'utf8')).toMatch(
      'stack/B (AWS::SSM::Parameter, /b) has left the template; what it stores stays',
    );
    expect(await valueOf('/b')).toBe('2');
  });

  it('creates resources after those they need, in whatever order they stand', async () => {
    await deploy(
      stack({ First: parameter('/first', { 'Fn::GetAtt': ['Second', 'Value'] }), Second: parameter('/second', 'x') }),
    );
    expect(await valueOf('/first')).toBe('x');
  });
});

describe('a template as `serverless package` writes it', () => {
  const schedules = async () => {
    const { Schedules } = await call('scheduler', 'ListSchedules', {});
    return (Schedules as { Name: string; Target: { Arn: string } }[]).map(({ Target }) => Target.Arn).sort();
  };

  it('is deployed with its functions, state machines and schedules, and again', async () => {
    const compiled = await readFile(path.join(import.meta.dirname, 'fixtures', 'compiled.json'), 'utf8');
    const template = JSON.parse(compiled) as Record<string, unknown>;
    const packages = {
      'plan.zip': { 'src/functions/plan.mjs': 'export const handler = async () => process.env.BUS;' },
    };
    await deploy({ stackName: 'spike-dev', template, packages });
    await deploy({ stackName: 'spike-dev', template, packages });

    const stateMachineArn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:spike-dev-extract';
    const { definition } = await call('states', 'DescribeStateMachine', { stateMachineArn });
    expect(JSON.parse(definition as string)).toMatchObject({
      States: {
        Plan: {
          Arguments: {
            FunctionName: 'arn:aws:lambda:eu-west-1:111122223333:function:spike-dev-plan',
            Payload: '{% $states.input %}',
          },
        },
        Put: { Arguments: { Entries: [{ EventBusName: 'spike-dev' }] } },
      },
    });
    expect(await schedules()).toEqual([
      'arn:aws:lambda:eu-west-1:111122223333:function:spike-dev-plan',
      'arn:aws:states:eu-west-1:111122223333:stateMachine:spike-dev-plain',
    ]);
    expect(await call('lambda', 'Invoke', { FunctionName: 'spike-dev-plan' })).toMatchObject({
      Payload: '"spike-dev"',
    });
  });

  it('refuses to give a table that is there other keys', async () => {
    const table = (key: string) => ({
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'runs',
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      },
    });
    await deploy(stack({ Runs: table('id') }));
    await deploy(stack({ Runs: table('id') }));
    await expect(deploy(stack({ Runs: table('run') }))).rejects.toThrow('the table exists with other keys or indexes');
  });
});

describe('what is not supported', () => {
  it('is named, all of it, before anything is created', async () => {
    const resources = {
      Fine: parameter('/fine', 'x'),
      Table: { Type: 'AWS::RDS::DBInstance', Properties: {} },
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q', FifoQueue: true, Tags: [] } },
      Read: parameter('/read', '{{resolve:ssm:/written}}'),
    };
    await expect(deploy(stack(resources))).rejects.toThrow(
      [
        'stack: Table (AWS::RDS::DBInstance): the local cloud does not support this resource type',
        'stack: Queue (AWS::SQS::Queue): the local cloud does not support the property FifoQueue',
        'stack: Read (AWS::SSM::Parameter): the local cloud does not support dynamic references',
      ].join('\n'),
    );
    await expect(valueOf('/fine')).rejects.toThrow(AwsError);
  });

  it.each([
    ['a section', { Mappings: {} }, {}, /Unrecognized key: "Mappings"/],
    ['a resource attribute', {}, { CreationPolicy: {} }, /Unrecognized key: "CreationPolicy"/],
    [
      'a name that is nowhere',
      {},
      { Properties: { Name: '/a', Type: 'String', Value: { Ref: 'Gone' } } },
      /stack: A \(AWS::SSM::Parameter\): there is no resource named Gone/,
    ],
    [
      'an attribute that is not known',
      {},
      { Properties: { Name: '/a', Type: 'String', Value: { 'Fn::GetAtt': ['B', 'Arn'] } } },
      /B has no attribute Arn/,
    ],
    ['a circle', {}, { DependsOn: 'B' }, /stack: circular dependency: A -> B -> A/],
  ])('%s is an error', async (_what, sections, change, message) => {
    const B = parameter('/b', 'x', _what === 'a circle' ? { DependsOn: ['A'] } : {});
    await expect(deploy(stack({ A: { ...parameter('/a', 'x'), ...change }, B }, 'stack', sections))).rejects.toThrow(
      message,
    );
  });

  it("is also a service's own refusal, with the resource it is about", async () => {
    const bad = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'Not_A_Bucket' } };
    await expect(deploy(stack({ Bad: bad }))).rejects.toThrow('stack: Bad (AWS::S3::Bucket): InvalidBucketName');
  });

  it('a folder without a packaged service is an error that says so', async () => {
    await expect(deployTemplates(local.cloud, { templates: [folder] })).rejects.toThrow(
      `${path.join(folder, 'serverless-state.json')} cannot be deployed (was the service packaged?)`,
    );
  });
});
