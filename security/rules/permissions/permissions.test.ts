import { describe, expect, it } from '@jest/globals';
import {
  arn,
  may,
  account,
  allow,
  attribute,
  changed,
  found,
  keyWith,
  policyDocument,
  ref,
  roleWith,
  stackWith,
  sub,
  type Resources,
} from '../testing/templates.ts';
import { permissions } from './permissions.ts';

const byAlias = (alias: string) => ({ 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': alias } });
const managed = (kind: string) => arn('events', `rule/StepFunctionsGetEventsForSageMaker${kind}Rule`);
const task = (Resource: string, Arguments: unknown, Next?: string) => ({
  Type: 'Task',
  Resource,
  Arguments,
  ...(Next === undefined ? { End: true } : { Next }),
});
const sagemaker = 'arn:aws:states:::sagemaker';

/** One state of each kind that the services have; `Record` is a transaction of evaluation's. */
const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Job',
  States: {
    Job: task(
      `${sagemaker}:createProcessingJob.sync`,
      {
        ProcessingJobName: '{% $name %}',
        RoleArn: '${JobRole.Arn}',
        ProcessingResources: { ClusterConfig: { VolumeKmsKeyId: '${VolumeKey.Arn}' } },
      },
      'Tune',
    ),
    Tune: task(
      `${sagemaker}:createHyperParameterTuningJob.sync`,
      { HyperParameterTuningJobName: '{% $name %}', TrainingJobDefinition: { RoleArn: '${TrainingRole.Arn}' } },
      'Label',
    ),
    Label: task(`${sagemaker}:createTransformJob.sync`, { TransformJobName: '{% $name %}' }, 'Model'),
    Model: task(
      `${sagemaker}:createModel`,
      { ModelName: '{% $name %}', ExecutionRoleArn: '${ModelRole.Arn}', Tags: [] },
      'Decide',
    ),
    Decide: task('${Decide.Arn}', '{% $states.input %}', 'Record'),
    Record: task('arn:aws:states:::aws-sdk:dynamodb:transactWriteItems', { TransactItems: '{% $items %}' }, 'Announce'),
    Announce: task(
      'arn:aws:states:::events:putEvents',
      { Entries: [{ EventBusName: 'regulabel-dev', Source: 'regulabel.evaluation', DetailType: '{% $type %}' }] },
      'Notify',
    ),
    Notify: task(
      'arn:aws:states:::sns:publish',
      { TopicArn: 'arn:aws:sns:${AWS::Region}:${AWS::AccountId}:regulabel-dev-mlops' },
      'Ask',
    ),
    Ask: task('arn:aws:states:::aws-sdk:redshiftdata:describeStatement', { Id: '{% $id %}' }),
  },
};

const statements = [
  may(
    ['sagemaker:CreateProcessingJob', 'sagemaker:DescribeProcessingJob', 'sagemaker:StopProcessingJob'],
    arn('sagemaker', 'processing-job/dev-*'),
  ),
  may(
    [
      'sagemaker:CreateHyperParameterTuningJob',
      'sagemaker:DescribeHyperParameterTuningJob',
      'sagemaker:StopHyperParameterTuningJob',
    ],
    arn('sagemaker', 'hyper-parameter-tuning-job/dev-*'),
  ),
  may(
    ['sagemaker:CreateTransformJob', 'sagemaker:DescribeTransformJob', 'sagemaker:StopTransformJob'],
    arn('sagemaker', 'transform-job/dev-*'),
  ),
  may('sagemaker:CreateModel', arn('sagemaker', 'model/dev-*')),
  may('sagemaker:AddTags', arn('sagemaker', '*/dev-*')),
  may('sagemaker:ListTags', arn('sagemaker', '*-job/dev-*')),
  may('iam:PassRole', [attribute('JobRole'), attribute('TrainingRole'), attribute('ModelRole')], {
    StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
  }),
  may(
    ['events:PutRule', 'events:PutTargets', 'events:DescribeRule'],
    ['ProcessingJobs', 'TuningJobs', 'TransformJobs'].map(managed),
  ),
  may('kms:CreateGrant', attribute('VolumeKey'), { Bool: { 'kms:GrantIsForAWSResource': true } }),
  may('lambda:InvokeFunction', attribute('Decide')),
  may(['dynamodb:PutItem', 'dynamodb:ConditionCheckItem'], attribute('Table')),
  may('kms:Decrypt', attribute('TableKey')),
  may('events:PutEvents', arn('events', 'event-bus/regulabel-dev'), {
    StringEquals: { 'events:source': 'regulabel.evaluation' },
  }),
  may('sns:Publish', arn('sns', 'regulabel-dev-mlops')),
  may(['kms:GenerateDataKey', 'kms:Decrypt'], arn('kms', 'key/*'), byAlias('alias/regulabel-dev-ingest-messages')),
  may('redshift-data:DescribeStatement', '*'),
  may(
    [
      'logs:CreateLogDelivery',
      'logs:GetLogDelivery',
      'logs:UpdateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:DescribeResourcePolicies',
      'logs:DescribeLogGroups',
    ],
    '*',
  ),
  may(['xray:PutTraceSegments', 'xray:PutTelemetryRecords', 'xray:GetSamplingRules', 'xray:GetSamplingTargets'], '*'),
];

const machineRole = sub('arn:aws:iam::${AWS::AccountId}:role/regulabel-dev-machine');
const asMachine = { Condition: { ArnEquals: { 'aws:PrincipalArn': machineRole } } };
const evaluation = {
  ...keyWith('VolumeKey', 'alias/regulabel-dev-evaluation-volume', allow(account, 'kms:CreateGrant', asMachine)),
  ...keyWith('TableKey', 'alias/regulabel-dev-registry', allow(account, 'kms:Decrypt', asMachine)),
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: { TableName: 'regulabel-dev-winners', SSESpecification: { KMSMasterKeyId: attribute('TableKey') } },
  },
  MachineRole: roleWith('regulabel-dev-machine', 'states.amazonaws.com', ...statements),
  JobRole: roleWith('regulabel-dev-job', 'sagemaker.amazonaws.com'),
  TrainingRole: roleWith('regulabel-dev-training-job', 'sagemaker.amazonaws.com'),
  ModelRole: roleWith('regulabel-dev-model', 'sagemaker.amazonaws.com'),
  Machine: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'regulabel-dev-comparison',
      RoleArn: attribute('MachineRole'),
      LoggingConfiguration: { Destinations: [{}] },
      TracingConfiguration: { Enabled: true },
      DefinitionString: sub(JSON.stringify(definition)),
    },
  },
  ...keyWith(
    'MessagesKey',
    'alias/regulabel-dev-evaluation-messages',
    allow({ AWS: attribute('DecideRole') }, 'kms:Decrypt'),
  ),
  Queue: {
    Type: 'AWS::SQS::Queue',
    Properties: { QueueName: 'regulabel-dev-decide', KmsMasterKeyId: attribute('MessagesKey') },
  },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { FunctionName: ref('Decide'), EventSourceArn: attribute('Queue') },
  },
  DecideRole: roleWith(
    'regulabel-dev-decide',
    'lambda.amazonaws.com',
    may(['logs:CreateLogStream', 'logs:PutLogEvents'], arn('logs', 'log-group:/aws/lambda/regulabel-dev-decide:*')),
    may(['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], '*'),
    may(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], attribute('Queue')),
  ),
  Decide: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'regulabel-dev-decide',
      Role: attribute('DecideRole'),
      TracingConfig: { Mode: 'Active' },
    },
  },
  ScheduleRole: roleWith(
    'regulabel-dev-schedule',
    'scheduler.amazonaws.com',
    may('states:StartExecution', ref('Machine')),
    may('sqs:SendMessage', attribute('DeadLetters')),
  ),
  DeadLetters: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'regulabel-dev-schedules-dlq' } },
  Schedule: {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      Target: {
        Arn: ref('Machine'),
        RoleArn: attribute('ScheduleRole'),
        DeadLetterConfig: { Arn: attribute('DeadLetters') },
      },
    },
  },
};
const ingest = {
  ...keyWith(
    'Key',
    'alias/regulabel-dev-ingest-messages',
    allow(account, ['kms:GenerateDataKey', 'kms:Decrypt'], asMachine),
  ),
  Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'regulabel-dev-mlops', KmsMasterKeyId: ref('KeyAlias') } },
};

const findings = (of: Resources, others: Resources = ingest) =>
  found(permissions, stackWith(of, 'evaluation'), stackWith(others, 'ingest'));

interface Inline {
  Properties: { Policies: { PolicyDocument: { Statement: { Action: string | string[] }[] } }[] };
}
/** What is found where a role lacks something: by which rule, and where. */
const roles = {
  MachineRole: '(state-may-do-its-work: Machine, state \\w+|machine-may-log-and-trace: Machine)',
  DecideRole: 'function-may-log-trace-and-read-its-queue: Decide',
  ScheduleRole: 'schedule-may-start-its-target: Schedule',
} as const;
const permitted = Object.keys(roles).flatMap((role) =>
  (
    evaluation[role as keyof typeof roles] as unknown as Inline
  ).Properties.Policies[0]!.PolicyDocument.Statement.flatMap(({ Action }, index) =>
    [Action].flat().map((action) => ({
      role,
      index,
      action,
      path: `${role}.Properties.Policies.0.PolicyDocument.Statement.${index}`,
    })),
  ),
);

describe('the rules on permissions', () => {
  it('find nothing where all is well', async () => {
    expect(await findings(evaluation)).toEqual([]);
  });

  it.each(permitted)('notice that $role lacks $action', async ({ role, action, path }) => {
    const problems = await findings(changed(evaluation, `${path}.Action`, ['sts:GetCallerIdentity']));
    expect(problems).toEqual(expect.arrayContaining([expect.stringMatching(`: ${role} may not ${action} on `)]));
    for (const problem of problems) expect(problem).toMatch(new RegExp(`^${roles[role as keyof typeof roles]}: `));
  });

  it.each<[string, string, unknown]>([
    [
      'Job: MachineRole may not iam:PassRole on .*regulabel-dev-job$',
      'MachineRole.Properties.Policies.0.PolicyDocument.Statement.6.Resource.0',
      attribute('ModelRole'),
    ],
    [
      'Job: MachineRole may not iam:PassRole',
      'MachineRole.Properties.Policies.0.PolicyDocument.Statement.6.Condition.StringEquals',
      { 'iam:PassedToService': 'ecs.amazonaws.com' },
    ],
    [
      'Job: MachineRole may not events:PutRule on .*ProcessingJobsRule',
      'MachineRole.Properties.Policies.0.PolicyDocument.Statement.7.Resource.0',
      managed('TrainingJobs'),
    ],
    [
      'Job: MachineRole may not kms:CreateGrant',
      'VolumeKey.Properties.KeyPolicy.Statement.1',
      allow(account, 'kms:Decrypt'),
    ],
    [
      'Record: MachineRole may not kms:Decrypt',
      'TableKey.Properties.KeyPolicy.Statement.1.Condition.ArnEquals',
      { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/other' },
    ],
    [
      'Announce: MachineRole may not events:PutEvents',
      'MachineRole.Properties.Policies.0.PolicyDocument.Statement.12.Condition.StringEquals',
      { 'events:source': 'regulabel.training' },
    ],
    [
      'Notify: MachineRole may not kms:GenerateDataKey',
      'MachineRole.Properties.Policies.0.PolicyDocument.Statement.14.Condition',
      byAlias('alias/regulabel-dev-evaluation-messages'),
    ],
  ])('find %s', async (problem, path, value) => {
    const problems = await findings(changed(evaluation, path, value));
    expect(problems).toEqual(
      expect.arrayContaining([expect.stringMatching(`^state-may-do-its-work: Machine, state ${problem}`)]),
    );
  });

  it("hear the key of another stack's topic", async () => {
    const closed = changed(ingest, 'Key.Properties.KeyPolicy.Statement.1');
    expect(await findings(evaluation, closed)).toEqual([
      expect.stringMatching('^state-may-do-its-work: Machine, state Notify: MachineRole may not kms:GenerateDataKey'),
      expect.stringMatching('^state-may-do-its-work: Machine, state Notify: MachineRole may not kms:Decrypt'),
    ]);
  });

  it('let a deny win', async () => {
    const denying = policyDocument([...statements, { Effect: 'Deny', Action: 'lambda:InvokeFunction', Resource: '*' }]);
    const problems = await findings(changed(evaluation, 'MachineRole.Properties.Policies.0.PolicyDocument', denying));
    expect(problems).toEqual([expect.stringMatching('state Decide: MachineRole may not lambda:InvokeFunction')]);
  });

  it('say so when nobody knows what a state needs', async () => {
    const batch = {
      ...definition,
      StartAt: 'Batch',
      States: { Batch: task('arn:aws:states:::batch:submitJob.sync', {}) },
    };
    expect(await findings(changed(evaluation, 'Machine.Properties.DefinitionString', JSON.stringify(batch)))).toEqual([
      'state-may-do-its-work: Machine, state Batch: what it needs leave for is not known: teach it to calls.ts',
    ]);
  });

  it.each([
    ['TransactItems', { TransactItems: '{% $items %}' }, 'arn:aws:states:::aws-sdk:dynamodb:transactWriteItems'],
    ['TableName', { TableName: '{% $table %}' }, 'arn:aws:states:::aws-sdk:dynamodb:getItem'],
    ['all', '{% $statement %}', 'arn:aws:states:::aws-sdk:redshiftdata:executeStatement'],
  ])('say so when %s is computed and no example tells what comes of it', async (_what, args, resource) => {
    const computed = { ...definition, StartAt: 'Write', States: { Write: task(resource, args) } };
    expect(
      await findings(changed(evaluation, 'Machine.Properties.DefinitionString', JSON.stringify(computed))),
    ).toEqual([
      'state-may-do-its-work: Machine, state Write: what it needs leave for is computed: say in examples.ts what it comes to',
    ]);
  });

  it('say so when there is no role to ask', async () => {
    const foreign = changed(evaluation, 'Schedule.Properties.Target.RoleArn', 'arn:aws:iam::111122223333:role/other');
    expect(await findings(foreign)).toEqual([
      'schedule-may-start-its-target: Schedule: it has no role of this stack that may do anything',
    ]);
  });
});
