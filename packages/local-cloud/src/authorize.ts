import { AwsError } from './aws.ts';
import type { Caller, Cloud, Input } from './aws.ts';
import { roleExists } from './iam.ts';

export interface CallRequest {
  readonly caller: Caller;
  readonly service: string;
  readonly operation: string;
  readonly input: Input;
}

/** What IAM is asked about a call: the action, and the ARNs of the resources that the input names (none: `*`). */
export interface Access {
  readonly action: string;
  readonly resources: readonly string[];
}

/**
 * Every call, over the wire or between services, passes here before its operation runs. Throws the service's
 * access-denied error for a role that does not exist.
 */
export function authorize(cloud: Cloud, request: CallRequest): void {
  const { caller } = request;
  if (caller.roleArn === undefined ? caller.arn.endsWith('.amazonaws.com') : roleExists(cloud.store, caller.roleArn))
    return;
  throw denied(request, accessOf(cloud, request));
}

/** Where an operation's IAM action is not simply its name. */
const ACTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  s3: {
    HeadObject: 'GetObject',
    CopyObject: 'PutObject',
    CreateMultipartUpload: 'PutObject',
    UploadPart: 'PutObject',
    UploadPartCopy: 'PutObject',
    CompleteMultipartUpload: 'PutObject',
    ListParts: 'ListMultipartUploadParts',
    DeleteObjects: 'DeleteObject',
    HeadBucket: 'ListBucket',
    ListObjects: 'ListBucket',
    ListObjectsV2: 'ListBucket',
    ListObjectVersions: 'ListBucketVersions',
    ListMultipartUploads: 'ListBucketMultipartUploads',
    ListBuckets: 'ListAllMyBuckets',
    PutBucketEncryption: 'PutEncryptionConfiguration',
    GetBucketEncryption: 'GetEncryptionConfiguration',
    PutBucketNotificationConfiguration: 'PutBucketNotification',
    GetBucketNotificationConfiguration: 'GetBucketNotification',
    PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
    GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
    PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
    GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  },
  lambda: { Invoke: 'InvokeFunction' },
  sqs: {
    SendMessageBatch: 'SendMessage',
    DeleteMessageBatch: 'DeleteMessage',
    ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
  },
  sns: { PublishBatch: 'Publish' },
};

type ResourcesOf = (input: Input, arn: (resource: string) => string) => (string | undefined)[];

/** The resources that a call names, per service; a service that is not listed has `*`. */
const RESOURCES: Readonly<Record<string, ResourcesOf>> = {
  s3: ({ Bucket, Key }) => {
    const bucket = text(Bucket);
    const key = text(Key);
    return [bucket && `arn:aws:s3:::${bucket}${key === undefined ? '' : `/${key}`}`];
  },
  kms: ({ KeyId }, arn) => [named(KeyId, (id) => arn(id.startsWith('alias/') ? id : `key/${id}`))],
  ssm: ({ Name, Names, Path }, arn) =>
    [Name, Path, ...(Array.isArray(Names) ? (Names as unknown[]) : [])].map((name) =>
      named(name, (path) => arn(`parameter/${path.replace(/^\//, '')}`)),
    ),
  sts: ({ RoleArn }) => [text(RoleArn)],
  iam: ({ RoleName }, arn) => [named(RoleName, (name) => arn(`role/${name}`))],
  sns: ({ TopicArn, TargetArn }) => [text(TopicArn) ?? text(TargetArn)],
  sqs: ({ QueueUrl, QueueName }, arn) => [named(QueueUrl ?? QueueName, (url) => arn(url.split('/').at(-1) ?? ''))],
  dynamodb: (input, arn) => tables(input).map((name) => named(name, (table) => arn(`table/${table}`))),
  lambda: ({ FunctionName }, arn) => [named(FunctionName, (name) => arn(`function:${name}`))],
  events: ({ Name, Rule, EventBusName, Entries }, arn) => {
    const bus = (name: unknown): string => named(name ?? 'default', (own) => arn(`event-bus/${own}`)) ?? '';
    const rule = text(Rule);
    if (rule !== undefined) return [arn(`rule/${rule}`)];
    const entries = Array.isArray(Entries) ? (Entries as Input[]) : [];
    return entries.length > 0 ? entries.map((entry) => bus(entry['EventBusName'])) : [bus(EventBusName ?? Name)];
  },
  states: ({ stateMachineArn, executionArn }) => [text(stateMachineArn) ?? text(executionArn)],
  sagemaker: (input, arn) =>
    Object.entries(input).flatMap(([member, value]) => {
      const kind = /^(ProcessingJob|TrainingJob|TransformJob|HyperParameterTuningJob|Model)Name$/.exec(member)?.[1];
      return kind === undefined ? [] : [named(value, (name) => arn(`${kebab(kind)}/${name}`))];
    }),
};

/** The IAM question behind a call. */
export function accessOf(cloud: Cloud, { service, operation, input }: Omit<CallRequest, 'caller'>): Access {
  const arn = (resource: string): string => {
    const separator = service === 'iam' ? `:${cloud.account}` : `${cloud.region}:${cloud.account}`;
    return `arn:aws:${service}:${separator}:${resource}`;
  };
  const resources = RESOURCES[service]?.(input, arn).filter((found) => found !== undefined) ?? [];
  return { action: `${service}:${ACTIONS[service]?.[operation] ?? operation}`, resources };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** An ARN as it is, a plain name through `toArn`. */
const named = (value: unknown, toArn: (name: string) => string): string | undefined => {
  const name = text(value);
  return name === undefined || name.startsWith('arn:') ? name : toArn(name);
};

const kebab = (kind: string): string =>
  kind === 'HyperParameterTuningJob' ? 'hyper-parameter-tuning-job' : kind.replace(/Job$/, '-job').toLowerCase();

function members(value: unknown, name: string): Input[] {
  const list = (value as Input | undefined)?.[name];
  return Array.isArray(list) ? (list as Input[]) : [];
}

/** Tables of single, batch and transactional calls. */
function tables({ TableName, RequestItems, TransactItems }: Input): unknown[] {
  if (TableName !== undefined) return [TableName];
  if (typeof RequestItems === 'object' && RequestItems !== null) return Object.keys(RequestItems);
  return members({ TransactItems }, 'TransactItems').flatMap((item) =>
    Object.values(item).map((action) => (action as Input)['TableName']),
  );
}

/** Denial has a different name and status per protocol. */
function denied({ caller, service }: CallRequest, { action, resources }: Access): AwsError {
  const message = `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resources.join(', ') || '*'}`;
  if (service === 'sns') return new AwsError('AuthorizationError', message, { status: 403 });
  if (['s3', 'sts', 'iam'].includes(service)) return new AwsError('AccessDenied', message, { status: 403 });
  return new AwsError('AccessDeniedException', message, {
    status: ['lambda', 'scheduler'].includes(service) ? 403 : 400,
  });
}
