/** How Step Functions names services, errors and members of the AWS SDKs that its integrations call. */
import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws.ts';
import { splitResource, type Json, type JsonObject } from '../asl/definition.ts';
import { TaskError } from '../asl/failure.ts';

/** One API that a Task calls. */
export interface Integration {
  /** Optimized ones are AWS's hand-made integrations, the others `aws-sdk` calls. */
  readonly optimized: boolean;
  /** The service as `cloud.call` knows it. */
  readonly service: string;
  readonly operation: string;
  /** Before the dot of the error's name: SDK for Java 1 (optimized) or 2. */
  readonly prefix: string;
  readonly pattern: '' | '.sync' | '.waitForTaskToken';
}

interface Known {
  readonly service: string;
  readonly prefix: string;
  /** Exceptions whose class the SDK generates although other services have none for the code. */
  readonly modelled?: readonly string[];
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html (exception prefixes) */
const SDK: Readonly<Record<string, Known>> = {
  dynamodb: { service: 'dynamodb', prefix: 'DynamoDb' },
  eventbridge: { service: 'events', prefix: 'EventBridge' },
  kms: { service: 'kms', prefix: 'Kms' },
  lambda: { service: 'lambda', prefix: 'Lambda' },
  redshiftdata: { service: 'redshift-data', prefix: 'RedshiftData', modelled: ['ValidationException'] },
  s3: { service: 's3', prefix: 'S3' },
  sagemaker: { service: 'sagemaker', prefix: 'SageMaker' },
  scheduler: { service: 'scheduler', prefix: 'Scheduler', modelled: ['ValidationException', 'ThrottlingException'] },
  sfn: { service: 'states', prefix: 'Sfn', modelled: ['ValidationException'] },
  sns: { service: 'sns', prefix: 'Sns', modelled: ['ValidationException'] },
  sqs: { service: 'sqs', prefix: 'Sqs' },
  ssm: { service: 'ssm', prefix: 'Ssm' },
};

const OPTIMIZED: Readonly<Record<string, Known & { readonly operations: readonly string[] }>> = {
  lambda: { service: 'lambda', prefix: 'Lambda', operations: ['invoke'] },
  events: { service: 'events', prefix: 'EventBridge', operations: ['putEvents'] },
  sns: { service: 'sns', prefix: 'SNS', operations: ['publish'] },
  sqs: { service: 'sqs', prefix: 'SQS', operations: ['sendMessage'] },
  dynamodb: { service: 'dynamodb', prefix: 'DynamoDB', operations: ['getItem', 'putItem', 'updateItem', 'deleteItem'] },
  sagemaker: {
    service: 'sagemaker',
    prefix: 'SageMaker',
    operations: [
      'createProcessingJob.sync',
      'createHyperParameterTuningJob.sync',
      'createTransformJob.sync',
      'createTrainingJob.sync',
      'createModel',
    ],
  },
  states: { service: 'states', prefix: 'StepFunctions', operations: ['startExecution'] },
};

/** Undefined for what the local cloud cannot call. */
export function integrationOf(arn: string): Integration | undefined {
  const { type, resource, direct } = splitResource(arn);
  if (direct && !/^arn:[^:]+:lambda:/.test(arn)) return undefined;
  if (direct) return { optimized: true, service: 'lambda', operation: 'Invoke', prefix: 'Lambda', pattern: '' };
  const found = /^(?<name>\w+)(?<pattern>\.sync|\.waitForTaskToken)?$/.exec(resource)?.groups;
  if (found?.['name'] === undefined) return undefined;
  const name = found['name'];
  const pattern = (found['pattern'] ?? '') as Integration['pattern'];
  const known = type.startsWith('aws-sdk:') ? sdkCall(type, pattern) : optimizedCall(type, resource, pattern);
  return known === undefined
    ? undefined
    : { ...known, operation: name.charAt(0).toUpperCase() + name.slice(1), pattern };
}

type Called = Pick<Integration, 'optimized' | 'service' | 'prefix'>;

function sdkCall(type: string, pattern: Integration['pattern']): Called | undefined {
  const known = pattern === '.sync' ? undefined : SDK[type.slice('aws-sdk:'.length)];
  return known === undefined ? undefined : { ...known, optimized: false };
}

function optimizedCall(type: string, resource: string, pattern: Integration['pattern']): Called | undefined {
  const known = OPTIMIZED[type];
  const plain = pattern === '.waitForTaskToken' && takesToken.has(type) ? resource.slice(0, -pattern.length) : resource;
  return known?.operations.includes(plain) === true ? { ...known, optimized: true } : undefined;
}

const takesToken = new Set(['lambda', 'events', 'sns', 'sqs']);

/** Codes for which the SDKs have no class of their own, so that the service's general exception is thrown. */
const UNMODELLED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'InternalFailure',
  'NotImplemented',
  'ThrottlingException',
  'ValidationError',
  'ValidationException',
]);

const GENERAL: Readonly<Record<string, string>> = {
  Lambda: 'AWSLambdaException',
  StepFunctions: 'AWSStepFunctionsException',
};

/** The failure of a Task whose call was refused. */
export function taskErrorOf(error: unknown, { optimized, prefix }: Integration): unknown {
  if (!(error instanceof AwsError)) return error;
  const { code, status, message } = error;
  const modelled = Object.values(SDK).find((known) => known.prefix === prefix)?.modelled ?? [];
  const general = optimized ? (GENERAL[prefix] ?? `Amazon${prefix}Exception`) : `${prefix}Exception`;
  const own = /(Exception|Fault)$/.test(code) ? code : `${code}Exception`;
  const name = UNMODELLED.has(code) && !modelled.includes(code) ? general : own;
  const details = optimized
    ? `(Service: ${prefix}; Status Code: ${status}; Error Code: ${code}; Request ID: ${randomUUID()}; Proxy: null)`
    : `(Service: ${prefix}, Status Code: ${status}, Request ID: ${randomUUID()}) (SDK Attempt Count: 1)`;
  return new TaskError(`${prefix}.${name}`, `${message} ${details}`, { cause: error });
}

/** Step Functions' own API has lower-case members; its integrations spell them like everybody else's. */
export function recase(value: Json, first: (letter: string) => string): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => recase(item, first));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [first(key.charAt(0)) + key.slice(1), recase(member, first)]),
  );
}

/** An answer as JSON: times are ISO 8601 in `aws-sdk` results, epoch milliseconds in optimized ones. */
export function resultOf(answer: unknown, optimized: boolean): JsonObject {
  const text = JSON.stringify(answer, (key, value: unknown) => {
    if (typeof value !== 'number' || !/(Time|Date|DateTime|[a-z]At|Timestamp)$/.test(key)) return value;
    const milliseconds = Math.round(value * 1000);
    return optimized ? milliseconds : new Date(milliseconds).toISOString();
  });
  return JSON.parse(text) as JsonObject;
}
