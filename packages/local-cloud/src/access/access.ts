/** What a call asks IAM for: its own action on every resource that it names. */
import { arnOf, type Input, type Place } from '../aws.ts';
import { keyIdOf } from '../kms/ciphertext.ts';

export interface Call {
  readonly service: string;
  readonly operation: string;
  readonly input: Input;
}

/** One question to IAM. */
export interface Access {
  readonly action: string;
  /** An ARN, or `*` where the action takes none. */
  readonly resource: string;
}

/** Where an operation's IAM action is not simply its name. */
const ACTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  s3: {
    HeadObject: 'GetObject',
    HeadBucket: 'ListBucket',
    ListObjects: 'ListBucket',
    ListObjectsV2: 'ListBucket',
    ListObjectVersions: 'ListBucketVersions',
    ListBuckets: 'ListAllMyBuckets',
    PutBucketEncryption: 'PutEncryptionConfiguration',
    GetBucketEncryption: 'GetEncryptionConfiguration',
    PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
    PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
    PutBucketNotificationConfiguration: 'PutBucketNotification',
    GetBucketNotificationConfiguration: 'GetBucketNotification',
    GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
    GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
    CreateMultipartUpload: 'PutObject',
    UploadPart: 'PutObject',
    UploadPartCopy: 'PutObject',
    CompleteMultipartUpload: 'PutObject',
    CopyObject: 'PutObject',
    ListMultipartUploads: 'ListBucketMultipartUploads',
    ListParts: 'ListMultipartUploadParts',
    DeleteObjects: 'DeleteObject',
  },
  lambda: { Invoke: 'InvokeFunction' },
  sqs: {
    SendMessageBatch: 'SendMessage',
    DeleteMessageBatch: 'DeleteMessage',
    ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
  },
  sns: { PublishBatch: 'Publish' },
};

type ArnOf = (resource: string, service?: string) => string;
type ResourcesOf = (input: Input, arn: ArnOf, operation: string) => (string | undefined)[];

/** The resources that a call names, per service; a call that names none asks for `*`. */
const RESOURCES: Readonly<Record<string, ResourcesOf>> = {
  s3: ({ Bucket, Key }) => {
    const bucket = text(Bucket);
    const key = text(Key);
    return [bucket && `arn:aws:s3:::${bucket}${key === undefined ? '' : `/${key}`}`];
  },
  // A ciphertext names its key. A list asks for `*` even of one key: https://docs.aws.amazon.com/goto/WebAPI/kms/ListAliases
  kms: ({ KeyId, CiphertextBlob }, arn, operation) =>
    operation === 'ListAliases'
      ? []
      : [named(KeyId ?? keyOf(CiphertextBlob), (id) => arn(id.startsWith('alias/') ? id : `key/${id}`))],
  ssm: ({ Name, Names, Path }, arn) =>
    [Name, Path, ...(Array.isArray(Names) ? (Names as unknown[]) : [])].map((name) =>
      named(name, (path) => arn(`parameter/${path.replace(/^\//, '')}`)),
    ),
  sts: ({ RoleArn }) => [text(RoleArn)],
  iam: ({ RoleName }, arn) => [named(RoleName, (name) => arn(`role/${name}`))],
  sns: ({ TopicArn, TargetArn }) => [text(TopicArn) ?? text(TargetArn)],
  sqs: ({ QueueUrl, QueueName, SourceArn }, arn) => [
    named(QueueUrl ?? QueueName ?? SourceArn, (url) => arn(url.split('/').at(-1) ?? '')),
  ],
  dynamodb: ({ TableName, IndexName, RequestItems }, arn) => {
    const tables = TableName === undefined ? Object.keys(RequestItems ?? {}) : [TableName];
    const index = text(IndexName);
    return tables.map((table) =>
      named(table, (name) => arn(`table/${name}${index === undefined ? '' : `/index/${index}`}`)),
    );
  },
  lambda: ({ FunctionName }, arn) => [named(FunctionName, (name) => arn(`function:${name}`))],
  events: ofEvents,
  states: ({ stateMachineArn, executionArn }) => [text(stateMachineArn) ?? text(executionArn)],
  // Of the kind that the operation is about: a transform job names its model too.
  sagemaker: (input, arn, operation) => {
    const kind = /(?:ProcessingJob|TrainingJob|TransformJob|HyperParameterTuningJob|Model)$/.exec(operation)?.[0];
    if (kind === undefined) return [text(input['ResourceArn'])];
    return [named(input[`${kind}Name`], (name) => arn(`${kebab(kind)}/${name}`))];
  },
  // Who may ask for a statement's state or result is told by its owner, not by a resource.
  'redshift-data': ({ WorkgroupName, ClusterIdentifier }, arn) => [
    named(WorkgroupName, (name) => arn(`workgroup/${name}`, 'redshift-serverless')) ??
      named(ClusterIdentifier, (name) => arn(`cluster:${name}`, 'redshift')),
  ],
  'redshift-serverless': ({ WorkgroupName }, arn) => [named(WorkgroupName, (name) => arn(`workgroup/${name}`))],
  redshift: ({ ClusterIdentifier, Database }, arn) => [arn(`dbname:${String(ClusterIdentifier)}/${String(Database)}`)],
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html */
function ofEvents(input: Input, arn: ArnOf, operation: string): (string | undefined)[] {
  const { Name, Rule, EventBusName, ArchiveName, ReplayName } = input;
  if (ArchiveName !== undefined || ReplayName !== undefined) {
    const { EventSourceArn, Destination } = input;
    return [
      named(ArchiveName, (name) => arn(`archive/${name}`)),
      named(ReplayName, (name) => arn(`replay/${name}`)),
      text(EventSourceArn),
      text((Destination as Input | undefined)?.['Arn']),
    ];
  }
  const rule = Rule ?? (operation.endsWith('Rule') ? Name : undefined);
  // Lists take no resource, but for that of a rule's targets.
  if (rule === undefined && operation.startsWith('List')) return [];
  const bus = named(EventBusName ?? Name ?? 'default', (name) => arn(`event-bus/${name}`));
  if (rule === undefined) return [bus];
  const own = text(EventBusName)?.replace(/^arn:.*:event-bus\/|^default$/, '');
  return [named(rule, (name) => arn(['rule', own, name].filter(Boolean).join('/')))];
}

/** The IAM questions that an operation is about. Some stand for several: a transaction's items, a batch's entries. */
export function accessesOf(place: Place, call: Call): Access[] {
  const { service, operation, input } = call;
  // Anybody may, whatever the policies say: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
  if (service === 'sts' && operation === 'GetCallerIdentity') return [];
  const parts = partsOf(call);
  if (parts !== undefined) return parts.flatMap((part) => accessesOf(place, part));
  const arn = (resource: string, of = service): string =>
    arnOf(of === 'iam' ? { ...place, region: '' } : place, of, resource);
  const version = service === 's3' && input['VersionId'] !== undefined ? 'Version' : '';
  const action = `${service}:${ACTIONS[service]?.[operation] ?? operation}${version}`;
  const resources = RESOURCES[service]?.(input, arn, operation).filter((found) => found !== undefined) ?? [];
  return (resources.length === 0 ? ['*'] : resources).map((resource) => ({ action, resource }));
}

/** The operations that a call stands for, where IAM knows only those. */
export function partsOf({ service, operation, input }: Call): Call[] | undefined {
  if (service === 'dynamodb' && operation === 'TransactWriteItems')
    return list(input['TransactItems']).flatMap((item) =>
      Object.entries(item).map(([kind, action]) => ({
        service,
        operation: kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`,
        input: action as Input,
      })),
    );
  if (service === 'events' && operation === 'PutEvents' && 'Entries' in input)
    return list(input['Entries']).map((entry) => ({ service, operation, input: entry }));
  if (service === 's3' && operation === 'DeleteObjects')
    return list((input['Delete'] as Input | undefined)?.['Objects']).map((object) => ({
      service,
      operation: 'DeleteObject',
      input: { ...object, Bucket: input['Bucket'] },
    }));
  if (service === 's3' && 'CopySource' in input) {
    const { CopySource, ...target } = input;
    const [, Bucket, Key] = /^\/?([^/]+)\/([^?]*)/.exec(decodeURIComponent(String(CopySource))) ?? [];
    return [
      { service, operation: 'PutObject', input: target },
      { service, operation: 'GetObject', input: { Bucket, Key } },
    ];
  }
  return undefined;
}

const keyOf = (ciphertext: unknown): string | undefined =>
  typeof ciphertext === 'string' ? keyIdOf(Buffer.from(ciphertext, 'base64')) : undefined;

const list = (value: unknown): Input[] => (Array.isArray(value) ? (value as Input[]) : []);

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** An ARN as it is, a plain name through `toArn`. */
const named = (value: unknown, toArn: (name: string) => string): string | undefined => {
  const name = text(value);
  return name === undefined || name.startsWith('arn:') ? name : toArn(name);
};

const kebab = (kind: string): string =>
  kind === 'HyperParameterTuningJob' ? 'hyper-parameter-tuning-job' : kind.replace(/Job$/, '-job').toLowerCase();
