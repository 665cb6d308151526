import { finding, type Rule } from '../rule.ts';

/** Types that rules look at. */
const LOOKED_AT = [
  'AWS::Athena::WorkGroup',
  'AWS::Budgets::Budget',
  'AWS::CloudWatch::Alarm',
  'AWS::DynamoDB::Table',
  'AWS::ECR::Repository',
  'AWS::Events::Archive',
  'AWS::Events::Rule',
  'AWS::IAM::Role',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
  'AWS::Scheduler::Schedule',
  'AWS::StepFunctions::StateMachine',
];

/** Types that need none, each with the reason. */
const HARMLESS: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Dashboard': 'shows what there is, and holds nothing',
  'AWS::EventSchemas::Registry': 'holds descriptions of events, no event',
  'AWS::EventSchemas::Schema': 'describes an event, and opens none',
  'AWS::Events::EventBus':
    'without a policy of its own only roles of this account put events, as role-speaks-for-its-service allows',
  'AWS::Glue::Database': 'a name for tables',
  'AWS::Glue::Table': 'describes files, and opens none',
  'AWS::Lambda::Version': 'a copy of a function',
  'AWS::SSM::Parameter': "holds the job image's name, no secret",
};

export const types: readonly Rule[] = [
  {
    name: 'type-looked-at',
    remedy: 'Write rules for the type, or say in types.ts why it needs none',
    check: (stacks) =>
      stacks.flatMap((stack) =>
        stack.resources
          .filter(({ type }) => !LOOKED_AT.includes(type) && !(type in HARMLESS))
          .map((resource) => finding(stack, resource, `no rule looks at resources of type ${resource.type}`)),
      ),
  },
];
