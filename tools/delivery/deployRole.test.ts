import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const root = dirname(dirname(import.meta.dirname));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

interface Statement {
  readonly Sid?: string;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
interface Role {
  readonly RoleName: string;
  readonly AssumeRolePolicyDocument: { readonly Statement: readonly Statement[] };
  readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
}

// `!Sub text` becomes its text.
const template = parse(read('.github/deploy-role.yml'), { logLevel: 'silent' }) as {
  Resources: { DeployRole: { Properties: Role } };
};
const role = template.Resources.DeployRole.Properties;
const statements = role.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
const list = (value: string | readonly string[] = []): readonly string[] => [value].flat();
const allowed = new Set(statements.flatMap(({ Action }) => list(Action)));

/** What CloudFormation calls, as whoever deploys, to make and to unmake a resource. */
const CALLS: Readonly<Record<string, readonly [string, string]>> = {
  'AWS::Athena::WorkGroup': ['athena:CreateWorkGroup', 'athena:DeleteWorkGroup'],
  'AWS::Budgets::Budget': ['budgets:ModifyBudget', 'budgets:ModifyBudget'],
  'AWS::CloudWatch::Alarm': ['cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms'],
  'AWS::CloudWatch::Dashboard': ['cloudwatch:PutDashboard', 'cloudwatch:DeleteDashboards'],
  'AWS::DynamoDB::Table': ['dynamodb:CreateTable', 'dynamodb:DeleteTable'],
  'AWS::ECR::Repository': ['ecr:CreateRepository', 'ecr:DeleteRepository'],
  'AWS::EventSchemas::Registry': ['schemas:CreateRegistry', 'schemas:DeleteRegistry'],
  'AWS::EventSchemas::Schema': ['schemas:CreateSchema', 'schemas:DeleteSchema'],
  'AWS::Events::Archive': ['events:CreateArchive', 'events:DeleteArchive'],
  'AWS::Events::EventBus': ['events:CreateEventBus', 'events:DeleteEventBus'],
  'AWS::Events::Rule': ['events:PutRule', 'events:DeleteRule'],
  'AWS::Glue::Database': ['glue:CreateDatabase', 'glue:DeleteDatabase'],
  'AWS::Glue::Table': ['glue:CreateTable', 'glue:DeleteTable'],
  'AWS::IAM::Role': ['iam:CreateRole', 'iam:DeleteRole'],
  'AWS::KMS::Alias': ['kms:CreateAlias', 'kms:DeleteAlias'],
  'AWS::KMS::Key': ['kms:CreateKey', 'kms:ScheduleKeyDeletion'],
  'AWS::Lambda::EventSourceMapping': ['lambda:CreateEventSourceMapping', 'lambda:DeleteEventSourceMapping'],
  'AWS::Lambda::Function': ['lambda:CreateFunction', 'lambda:DeleteFunction'],
  'AWS::Logs::LogGroup': ['logs:CreateLogGroup', 'logs:DeleteLogGroup'],
  'AWS::S3::Bucket': ['s3:CreateBucket', 's3:DeleteBucket'],
  'AWS::S3::BucketPolicy': ['s3:PutBucketPolicy', 's3:DeleteBucketPolicy'],
  'AWS::SNS::Topic': ['sns:CreateTopic', 'sns:DeleteTopic'],
  'AWS::SNS::TopicPolicy': ['sns:SetTopicAttributes', 'sns:SetTopicAttributes'],
  'AWS::SQS::Queue': ['sqs:CreateQueue', 'sqs:DeleteQueue'],
  'AWS::SQS::QueuePolicy': ['sqs:SetQueueAttributes', 'sqs:SetQueueAttributes'],
  'AWS::SSM::Parameter': ['ssm:PutParameter', 'ssm:DeleteParameter'],
  'AWS::Scheduler::Schedule': ['scheduler:CreateSchedule', 'scheduler:DeleteSchedule'],
  'AWS::StepFunctions::StateMachine': ['states:CreateStateMachine', 'states:DeleteStateMachine'],
};

/** From serverless.yml: functions, their queues, state machines. */
const GENERATED = ['AWS::Lambda::Function', 'AWS::Lambda::EventSourceMapping', 'AWS::StepFunctions::StateMachine'];

describe('the role that deploys a stage', () => {
  it('may make and unmake every type of resource that a service has', () => {
    const written = globSync('services/*/resources/*.{yml,json}', { cwd: root }).flatMap((path) =>
      [...read(path).matchAll(/^ +"?Type"?: "?(AWS::[\w:]+)"?,?$/gm)].map(([, type = '']) => type),
    );
    const types = [...new Set([...written, ...GENERATED])].sort();
    expect(types).toEqual(Object.keys(CALLS).sort());
    const missing = types.flatMap((type) => CALLS[type] ?? []).filter((call) => !allowed.has(call));
    expect(missing).toEqual([]);
  });

  it('reads and writes no data but the deployment buckets', () => {
    const data = statements.filter(({ Action }) =>
      list(Action).some((action) =>
        /^(s3:(Get|Put)Object|dynamodb:.*Item|dynamodb:(Query|Scan)|sqs:(Send|Receive)|sns:Publish|events:PutEvents|lambda:Invoke|states:Start|\*|\w+:\*)/.test(
          action,
        ),
      ),
    );
    expect(data.map(({ Resource }) => Resource)).toEqual(['arn:aws:s3:::regulabel-${Stage}-*-serverless*/*']);
  });

  it('uses keys through DynamoDB only', () => {
    const uses = statements.filter(({ Action }) =>
      list(Action).some((action) => /^kms:(.*crypt|GenerateDataKey|CreateGrant)/i.test(action)),
    );
    expect(uses.map(({ Condition }) => Condition?.['StringEquals'])).toEqual([
      { 'aws:ResourceTag/regulabel': 'Stage', 'kms:ViaService': 'dynamodb.${AWS::Region}.amazonaws.com' },
    ]);
  });

  it('reaches the resources of its own stage only, but for lists and what has no name of its own', () => {
    const beyond = statements
      .filter(({ Resource, Condition }) => {
        const ownByName = list(Resource).every((arn) =>
          /regulabel[-_/]\$\{Stage\}|:catalog$|event-bus\/default$/.test(arn),
        );
        return !ownByName && !JSON.stringify(Condition ?? {}).includes('Stage');
      })
      .flatMap(({ Action }) => list(Action));
    expect(beyond.sort()).toEqual([
      'cloudformation:ValidateTemplate',
      'ecr:GetAuthorizationToken',
      'kms:ListAliases',
      'lambda:GetEventSourceMapping',
      'lambda:ListEventSourceMappings',
      'lambda:ListTags',
      'lambda:TagResource',
      'logs:DescribeLogGroups',
    ]);
  });

  it("does not reach itself: no resource of a stage has a name like the role's", () => {
    expect(role.RoleName).toBe('deploy-regulabel-${Stage}');
  });

  it("is taken on by the workflows of this repository in the stage's environment, by nobody else's", () => {
    const [workflows] = role.AssumeRolePolicyDocument.Statement;
    expect(workflows?.Condition).toEqual({
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': 'repo:${Repository}:environment:${Stage}',
      },
    });
  });
});
