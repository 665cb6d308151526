import { describe, expect, it } from '@jest/globals';
import {
  arn,
  may,
  attribute,
  changed,
  found,
  keyWith,
  policyDocument,
  ref,
  roleWith,
  stackWith,
  sub,
} from '../testing/templates.ts';
import { roles } from './roles.ts';

const emit = { StringEquals: { 'events:source': 'regulabel.ingest' } };
const good = {
  ...keyWith('Key', 'alias/regulabel-dev-control'),
  PlanRole: roleWith(
    'regulabel-dev-plan',
    'lambda.amazonaws.com',
    may(['logs:CreateLogStream', 'logs:PutLogEvents'], arn('logs', 'log-group:/aws/lambda/regulabel-dev-plan:*')),
    may(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'),
    may('events:PutEvents', arn('events', 'event-bus/regulabel-dev'), emit),
    may('kms:Decrypt', attribute('Key')),
    may('kms:Decrypt', arn('kms', 'key/*'), {
      'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/regulabel-dev-registry' },
    }),
    may('dynamodb:GetItem', arn('dynamodb', 'table/regulabel-dev-runs')),
  ),
  Plan: {
    Type: 'AWS::Lambda::Function',
    Properties: { FunctionName: 'regulabel-dev-plan', Role: attribute('PlanRole') },
  },
  MachineRole: roleWith(
    'regulabel-dev-machine',
    'states.amazonaws.com',
    may('iam:PassRole', attribute('JobRole'), {
      StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
    }),
    may('kms:CreateGrant', attribute('Key'), { Bool: { 'kms:GrantIsForAWSResource': true } }),
    may('sagemaker:CreateProcessingJob', arn('sagemaker', 'processing-job/dev-*')),
  ),
  JobRole: roleWith('regulabel-dev-job', 'sagemaker.amazonaws.com'),
  Machine: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'regulabel-dev-extract',
      RoleArn: attribute('MachineRole'),
      DefinitionString: sub(
        JSON.stringify({
          QueryLanguage: 'JSONata',
          StartAt: 'Prepare',
          States: {
            Prepare: {
              Type: 'Task',
              Resource: 'arn:aws:states:::sagemaker:createProcessingJob.sync',
              Arguments: { RoleArn: '${JobRole.Arn}' },
              End: true,
            },
          },
        }),
      ),
    },
  },
  ScheduleRole: roleWith('regulabel-dev-schedule', 'scheduler.amazonaws.com'),
  Monthly: {
    Type: 'AWS::Scheduler::Schedule',
    Properties: { Name: 'regulabel-dev-monthly', Target: { Arn: ref('Machine'), RoleArn: attribute('ScheduleRole') } },
  },
  // The same target: the same role will do.
  Again: {
    Type: 'AWS::Scheduler::Schedule',
    Properties: { Name: 'regulabel-dev-again', Target: { Arn: ref('Machine'), RoleArn: attribute('ScheduleRole') } },
  },
};
const own = (index: number) => `PlanRole.Properties.Policies.0.PolicyDocument.Statement.${index}`;
const [LOGS, TRACES, EMIT, KEY, KEYS, TABLE] = [0, 1, 2, 3, 4, 5].map(own);
const machine = (index: number) => `MachineRole.Properties.Policies.0.PolicyDocument.Statement.${index}`;
const trust = (role: string) => `${role}.Properties.AssumeRolePolicyDocument.Statement`;
const aliases = (alias: string) => ({ 'kms:ResourceAliases': alias });

describe('the rules on roles', () => {
  it('find nothing where all is well', async () => {
    expect(await found(roles, stackWith(good))).toEqual([]);
  });

  it.each<[string, string, unknown]>([
    [
      'role-without-managed-policies: JobRole: it takes on arn:aws:iam::aws:policy/A',
      'JobRole.Properties.ManagedPolicyArns',
      ['arn:aws:iam::aws:policy/A'],
    ],
    ['role-without-managed-policies: JobRole', 'JobRole', { Type: 'AWS::IAM::ManagedPolicy' }],
    [
      'role-without-wildcard-action: PlanRole, statement own/5: it allows dynamodb:\\*',
      `${TABLE}.Action`,
      ['dynamodb:GetItem', 'dynamodb:*'],
    ],
    ['role-without-wildcard-action: PlanRole, statement own/5', `${TABLE}.Action`, 'dynamodb:Get*'],
    ['role-without-wildcard-resource: PlanRole, statement own/5: it allows dynamodb:GetItem', `${TABLE}.Resource`, '*'],
    [
      'role-without-wildcard-resource: PlanRole, statement own/1: it allows s3:GetObject',
      `${TRACES}.Action`,
      ['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 's3:GetObject'],
    ],
    [
      'role-stays-in-its-stage: PlanRole, statement own/5: .*/regulabel-staging-runs',
      `${TABLE}.Resource`,
      arn('dynamodb', 'table/regulabel-staging-runs'),
    ],
    ['role-stays-in-its-stage: PlanRole, statement own/5', `${TABLE}.Resource`, arn('dynamodb', 'table/regulabel-*')],
    [
      'role-stays-in-its-stage: PlanRole, statement own/5',
      `${TABLE}.Resource`,
      arn('dynamodb', 'table/regulabel-dev*'),
    ],
    [
      'role-stays-in-its-stage: PlanRole, statement own/5',
      `${TABLE}.Resource`,
      'arn:aws:dynamodb:eu-west-1:*:table/regulabel-dev-runs',
    ],
    ['role-reaches-keys-by-alias: PlanRole, statement own/4', `${KEYS}.Condition`, undefined],
    [
      'role-reaches-keys-by-alias: PlanRole, statement own/4',
      `${KEYS}.Condition`,
      { 'ForAnyValue:StringEquals': aliases('alias/other') },
    ],
    [
      'role-reaches-keys-by-alias: PlanRole, statement own/4',
      `${KEYS}.Condition`,
      { 'ForAllValues:StringEquals': aliases('alias/regulabel-dev-x') },
    ],
    ['role-reaches-keys-by-alias: PlanRole, statement own/3', `${KEY}.Resource`, arn('kms', 'key/0123')],
    ['role-grants-for-services-only: MachineRole, statement own/1', `${machine(1)}.Condition`, undefined],
    [
      'role-passes-known-roles: MachineRole, statement own/0: it may pass .*job-other',
      `${machine(0)}.Resource`,
      sub('arn:aws:iam::${AWS::AccountId}:role/regulabel-dev-job-other'),
    ],
    [
      'role-passes-known-roles: MachineRole, statement own/0',
      `${machine(0)}.Resource`,
      sub('arn:aws:iam::${AWS::AccountId}:role/regulabel-dev-*'),
    ],
    ['role-passes-known-roles: MachineRole, statement own/0: .* any service', `${machine(0)}.Condition`, undefined],
    [
      'role-speaks-for-its-service: PlanRole, statement own/2: it may speak for everybody',
      `${EMIT}.Condition`,
      undefined,
    ],
    [
      'role-speaks-for-its-service: PlanRole, statement own/2: .* regulabel.training',
      `${EMIT}.Condition.StringEquals`,
      { 'events:source': 'regulabel.training' },
    ],
    [
      'role-speaks-for-its-service: PlanRole, statement own/2: .* other buses',
      `${EMIT}.Resource`,
      arn('events', 'event-bus/default'),
    ],
    [
      'role-logs-to-its-own-group: Plan: .*regulabel-dev-\\*',
      `${LOGS}.Resource`,
      arn('logs', 'log-group:/aws/lambda/regulabel-dev-*:*'),
    ],
    ['role-trusts-this-account-only: JobRole: sagemaker.amazonaws.com', `${trust('JobRole')}.Condition`, undefined],
    [
      'role-trusts-this-account-only: JobRole: arn:aws:iam::999999999999:root',
      `${trust('JobRole')}.Principal.AWS`,
      'arn:aws:iam::999999999999:root',
    ],
    ['role-trusts-this-account-only: JobRole, statement trust/0', `${trust('JobRole')}.Principal.AWS`, '*'],
  ])('find %s', async (problem, path, value) => {
    const problems = await found(roles, stackWith(changed(good, path, value)));
    expect(problems.filter((each) => new RegExp(`^${problem}`).test(each))).toHaveLength(1);
  });

  it('find a role that two use, at both', async () => {
    const shared = changed(good, 'Monthly.Properties.Target.RoleArn', attribute('MachineRole'));
    expect(await found(roles, stackWith(shared))).toEqual([
      'role-of-one-user: Monthly: it shares its role with state machine Machine',
      expect.stringMatching('^role-of-one-user: Machine: it shares its role with target arn:aws:states:'),
      expect.stringContaining('role-trusts-its-user: Monthly: scheduler.amazonaws.com cannot take on MachineRole'),
    ]);
  });

  it('find a role that its user cannot take on, or others can too', async () => {
    const other = await found(
      roles,
      stackWith(changed(good, `${trust('JobRole')}.Principal.Service`, 'ec2.amazonaws.com')),
    );
    expect(other).toEqual([
      'role-trusts-its-user: Machine, state Prepare: sagemaker.amazonaws.com cannot take on JobRole',
    ]);
    const both = ['lambda.amazonaws.com', 'ec2.amazonaws.com'];
    const more = await found(roles, stackWith(changed(good, `${trust('PlanRole')}.Principal.Service`, both)));
    expect(more).toContain('role-trusts-its-user: Plan: ec2.amazonaws.com can take on PlanRole too');
  });

  it('find a function without a role of its stack, and a role without a name', async () => {
    const foreign = changed(good, 'Plan.Properties.Role', 'arn:aws:iam::111122223333:role/regulabel-dev-elsewhere');
    expect(await found(roles, stackWith(foreign))).toEqual([
      expect.stringContaining('role-trusts-its-user: Plan: its role is none of this stack'),
    ]);
    expect(await found(roles, stackWith(changed(good, 'JobRole.Properties.RoleName')))).toEqual([
      'role-named: JobRole: its name is left to chance',
    ]);
  });

  it('find what is allowed by leaving something out', async () => {
    const denying = policyDocument({ Effect: 'Allow', NotAction: 'iam:CreateUser', NotResource: 'arn:aws:s3:::x' });
    const problems = await found(
      roles,
      stackWith(changed(good, 'JobRole.Properties.Policies', [{ PolicyName: 'own', PolicyDocument: denying }])),
    );
    expect(problems).toEqual(
      expect.arrayContaining([
        expect.stringContaining('role-without-wildcard-action: JobRole, statement own/0: it allows all but'),
        expect.stringContaining('role-without-wildcard-resource: JobRole, statement own/0: it allows all but'),
      ]),
    );
  });
});
