/** What `Ref` and `Fn::GetAtt` give for resources whose names are known before they are deployed. */
import type { JsonObject } from './json.ts';
import { text } from './json.ts';

export interface Place {
  readonly stage: string;
  readonly account: string;
  readonly region: string;
}

/** `ref` is what `Ref` gives, the rest are attributes. */
export type Identity = Readonly<Record<string, string>> & { readonly ref: string };

type Naming = (name: string, arn: ArnOf, properties: JsonObject) => Identity;
type ArnOf = (service: string, resource: string) => string;

const byName =
  (service: string, prefix = ''): Naming =>
  (name, arn) => ({ ref: name, Arn: arn(service, `${prefix}${name}`) });

/** By type: the property that names a resource, and what follows from the name. */
const TYPES: Readonly<Record<string, readonly [property: string, naming: Naming]>> = {
  'AWS::CloudWatch::Alarm': ['AlarmName', byName('cloudwatch', 'alarm:')],
  'AWS::DynamoDB::Table': ['TableName', byName('dynamodb', 'table/')],
  'AWS::ECR::Repository': ['RepositoryName', byName('ecr', 'repository/')],
  'AWS::Events::Archive': ['ArchiveName', byName('events', 'archive/')],
  'AWS::Events::EventBus': [
    'Name',
    (name, arn) => ({ ref: name, Name: name, Arn: arn('events', `event-bus/${name}`) }),
  ],
  'AWS::Events::Rule': [
    'Name',
    (name, arn, { EventBusName = 'default' }) => {
      const bus = text(EventBusName);
      return bus === 'default'
        ? { ref: name, Arn: arn('events', `rule/${name}`) }
        : { ref: `${bus}|${name}`, Arn: arn('events', `rule/${bus}/${name}`) };
    },
  ],
  'AWS::IAM::Role': ['RoleName', (name, arn) => ({ ref: name, RoleId: name, Arn: arn('iam', `role/${name}`) })],
  'AWS::KMS::Alias': ['AliasName', (name) => ({ ref: name })],
  'AWS::KMS::Key': ['', (name, arn) => ({ ref: name, KeyId: name, Arn: arn('kms', `key/${name}`) })],
  'AWS::Lambda::Function': ['FunctionName', byName('lambda', 'function:')],
  'AWS::Logs::LogGroup': ['LogGroupName', (name, arn) => ({ ref: name, Arn: `${arn('logs', `log-group:${name}`)}:*` })],
  'AWS::S3::Bucket': ['BucketName', (name) => ({ ref: name, Arn: `arn:aws:s3:::${name}` })],
  'AWS::SNS::Topic': [
    'TopicName',
    (name, arn) => ({ ref: arn('sns', name), TopicArn: arn('sns', name), Arn: arn('sns', name), TopicName: name }),
  ],
  'AWS::SQS::Queue': [
    'QueueName',
    (name, arn) => {
      const [, , , region = '', account = ''] = arn('sqs', name).split(':');
      const ref = `https://sqs.${region}.amazonaws.com/${account}/${name}`;
      return { ref, QueueName: name, Arn: arn('sqs', name) };
    },
  ],
  'AWS::SSM::Parameter': ['Name', (name, arn) => ({ ref: name, Arn: arn('ssm', `parameter${name}`) })],
  'AWS::Scheduler::Schedule': ['Name', byName('scheduler', 'schedule/default/')],
  'AWS::StepFunctions::StateMachine': [
    'StateMachineName',
    (name, arn) => ({
      ref: arn('states', `stateMachine:${name}`),
      Name: name,
      Arn: arn('states', `stateMachine:${name}`),
    }),
  ],
};

/** The property that names resources of a type, where it is known. */
export const nameProperty = (type: string): string | undefined => TYPES[type]?.[0];

/**
 * What refers to a resource. One without a name, or of a type whose attributes nothing here needs, is known by `unnamed`.
 */
export function identityOf(
  { type, properties, unnamed }: { type: string; properties: JsonObject; unnamed: string },
  { account, region }: Place,
): Identity {
  const [property = '', naming] = TYPES[type] ?? [];
  const name = text(properties[property]) || unnamed;
  const arn: ArnOf = (service, resource) =>
    `arn:aws:${service}:${service === 'iam' ? '' : region}:${account}:${resource}`;
  return naming?.(name, arn, properties) ?? { ref: name };
}
