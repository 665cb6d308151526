/** What roles may reach beyond their stage, and why. */
import { matchesPattern } from '@regulabel/local-cloud/policy/pattern';
import type { Place } from '../template/identity.ts';

const TRACES = 'X-Ray takes segments without a resource';
const LOG_DELIVERY =
  'the delivery of logs has no resources: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html';
const LISTS = 'a list of the account takes no resource';
const OWN_STATEMENTS = 'the Data API answers for statements of the same role only';

/** Actions for which `Resource: '*'` is all that AWS knows, each with the reason. */
export const WITHOUT_RESOURCE: Readonly<Record<string, string>> = {
  'cloudwatch:PutMetricData': 'metrics have no resource; cloudwatch:namespace narrows it',
  'ecr:GetAuthorizationToken': 'the token is for the registry as a whole',
  'xray:PutTraceSegments': TRACES,
  'xray:PutTelemetryRecords': TRACES,
  'xray:GetSamplingRules': TRACES,
  'xray:GetSamplingTargets': TRACES,
  'logs:CreateLogDelivery': LOG_DELIVERY,
  'logs:GetLogDelivery': LOG_DELIVERY,
  'logs:UpdateLogDelivery': LOG_DELIVERY,
  'logs:DeleteLogDelivery': LOG_DELIVERY,
  'logs:ListLogDeliveries': LOG_DELIVERY,
  'logs:PutResourcePolicy': LOG_DELIVERY,
  'logs:DescribeResourcePolicies': LOG_DELIVERY,
  'logs:DescribeLogGroups': LOG_DELIVERY,
  'redshift-data:DescribeStatement': OWN_STATEMENTS,
  'redshift-data:GetStatementResult': OWN_STATEMENTS,
  'redshift-data:ListStatements': OWN_STATEMENTS,
  'dynamodb:ListTables': LISTS,
  'events:ListArchives': LISTS,
  'events:ListEventBuses': LISTS,
  'events:ListReplays': LISTS,
  'events:ListRules': LISTS,
  'events:ListRuleNamesByTarget': LISTS,
  'iam:ListRoles': LISTS,
  'kms:ListAliases': LISTS,
  'kms:ListKeys': LISTS,
  'lambda:ListEventSourceMappings': LISTS,
  'lambda:ListFunctions': LISTS,
  's3:ListAllMyBuckets': LISTS,
  'sagemaker:ListHyperParameterTuningJobs': LISTS,
  'sagemaker:ListModels': LISTS,
  'sagemaker:ListProcessingJobs': LISTS,
  'sagemaker:ListTrainingJobs': LISTS,
  'sagemaker:ListTransformJobs': LISTS,
  'scheduler:ListSchedules': LISTS,
  'sns:ListSubscriptions': LISTS,
  'sns:ListTopics': LISTS,
  'sqs:ListQueues': LISTS,
  'ssm:DescribeParameters': LISTS,
  'states:ListStateMachines': LISTS,
};

/** Resources that have no stage in their names, as policies' patterns for {@link matchesPattern}, each with the reason. */
const BEYOND: readonly (readonly [pattern: string, reason: string])[] = [
  ['arn:aws:kms:*:key/*', 'key ids tell nothing; the rule role-reaches-keys-by-alias narrows them'],
  ['arn:aws:logs:*:log-group:/aws/sagemaker/*', 'SageMaker has one log group per kind of job and account'],
  [
    'arn:aws:events:*:rule/StepFunctionsGetEventsForSageMaker*JobsRule',
    'the rule by which Step Functions hears of jobs',
  ],
  ['arn:aws:events:*:event-bus/default', 'the account has one default bus'],
  [
    'arn:aws:ecr:*:repository/blazingtext',
    "AWS's own accounts hold the built-in algorithms, another one in each region",
  ],
  ['arn:aws:redshift-serverless:*:workgroup/*', "a workgroup's ARN ends with an id that only its creation gives"],
  ['arn:aws:glue:*:catalog', 'the account has one catalogue of tables'],
  ['arn:aws:redshift:*', 'the warehouse belongs to others'],
  ['arn:aws:s3:::warehouse-*', "the warehouse's own staging bucket"],
];

/** Whether a pattern in a policy may match what belongs to another stage, another account, or to nobody here. */
export function beyondTheStage(pattern: string, { stage, account }: Place): boolean {
  if (BEYOND.some(([known]) => matchesPattern(known, pattern))) return false;
  const [, , , , owner = '', ...name] = pattern.split(':');
  const ofStage = new RegExp(`(^|[:/])(regulabel-${stage}(-|/|:|$)|${stage}-|regulabel/${stage}(/|$))`);
  return !['', account].includes(owner) || !ofStage.test(name.join(':'));
}
