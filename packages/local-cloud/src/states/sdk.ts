/** How Step Functions names services, errors and members of the AWS SDKs that its integrations call. */
import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws.ts';
import { splitResource, type JsonObject } from '../asl/definition.ts';
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
  /** Awaited to its end. */
  readonly isJob: boolean;
}

interface Known {
  readonly service: string;
  readonly prefix: string;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html (exception prefixes) */
const SDK: Readonly<Record<string, Known>> = {
  dynamodb: { service: 'dynamodb', prefix: 'DynamoDb' },
  redshiftdata: { service: 'redshift-data', prefix: 'RedshiftData' },
  ssm: { service: 'ssm', prefix: 'Ssm' },
};

const OPTIMIZED: Readonly<Record<string, Known & { readonly resources: readonly string[] }>> = {
  lambda: { service: 'lambda', prefix: 'Lambda', resources: ['invoke', 'invoke.waitForTaskToken'] },
  events: { service: 'events', prefix: 'EventBridge', resources: ['putEvents', 'putEvents.waitForTaskToken'] },
  sns: { service: 'sns', prefix: 'SNS', resources: ['publish', 'publish.waitForTaskToken'] },
  sagemaker: {
    service: 'sagemaker',
    prefix: 'SageMaker',
    resources: [
      'createProcessingJob.sync',
      'createHyperParameterTuningJob.sync',
      'createTransformJob.sync',
      'createModel',
    ],
  },
};

/** Undefined for what the local cloud cannot call. */
export function integrationOf(arn: string): Integration | undefined {
  const { type, resource, direct } = splitResource(arn);
  if (direct && !/^arn:[^:]+:lambda:/.test(arn)) return undefined;
  if (direct) return { optimized: true, service: 'lambda', operation: 'Invoke', prefix: 'Lambda', isJob: false };
  const [, name, pattern] = /^(\w+)(\.sync|\.waitForTaskToken)?$/.exec(resource) ?? [];
  if (name === undefined) return undefined;
  const operation = name.charAt(0).toUpperCase() + name.slice(1);
  const isJob = pattern === '.sync';
  if (type.startsWith('aws-sdk:')) {
    const sdk = SDK[type.slice('aws-sdk:'.length)];
    return isJob || sdk === undefined ? undefined : { ...sdk, operation, isJob, optimized: false };
  }
  const known = OPTIMIZED[type];
  return known?.resources.includes(resource) === true ? { ...known, operation, isJob, optimized: true } : undefined;
}

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

/** The failure of a Task whose call was refused. */
export function taskErrorOf(error: unknown, { optimized, prefix }: Integration): unknown {
  if (!(error instanceof AwsError)) return error;
  const { code, status, message } = error;
  const modelled = code === 'ValidationException' && prefix === 'RedshiftData';
  const general = optimized ? `${prefix === 'Lambda' ? 'AWS' : 'Amazon'}${prefix}Exception` : `${prefix}Exception`;
  const own = /(Exception|Fault)$/.test(code) ? code : `${code}Exception`;
  const name = UNMODELLED.has(code) && !modelled ? general : own;
  const details = optimized
    ? `(Service: ${prefix}; Status Code: ${status}; Error Code: ${code}; Request ID: ${randomUUID()}; Proxy: null)`
    : `(Service: ${prefix}, Status Code: ${status}, Request ID: ${randomUUID()}) (SDK Attempt Count: 1)`;
  return new TaskError(`${prefix}.${name}`, `${message} ${details}`, { cause: error });
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
