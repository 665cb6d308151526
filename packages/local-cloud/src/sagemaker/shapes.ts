/** The requests SageMaker takes, as far as a local job can honour them (names, patterns and limits: AWS's API model). */
import { z } from 'zod';
import { AwsError, type Input } from '../aws.ts';
import { notSupported } from '../operation.ts';

const text = (max: number, pattern = /^/) =>
  z
    .string()
    .max(max, `Member must have length less than or equal to ${max}`)
    .regex(pattern, `Member must satisfy regular expression pattern: ${pattern.source}`);
const name = (max: number) => text(max, /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/);
const count = z.int().min(1, 'Member must have value greater than or equal to 1');
const s3Uri = text(1024, /^s3:\/\/([^/]+)\/?(.*)$/);
const kmsKeyId = text(2048, /^[a-zA-Z0-9:/_-]*$/);
const roleArn = text(2048, /^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/);
const image = text(255, /^\S+$/);
const tags = z
  .array(z.strictObject({ Key: text(128), Value: text(256) }))
  .max(50)
  .optional();

// Machines and volumes have no local effect: they are checked, kept and shown by Describe.
const instance = { InstanceType: text(64), InstanceCount: z.literal(1), VolumeKmsKeyId: kmsKeyId.optional() };
const cluster = z.strictObject({ ...instance, VolumeSizeInGB: count });

const localPath = text(256, /^\/opt\/ml\/processing\/(?!.*\.\.)[^\0]+$/);
const processingInput = z.strictObject({
  InputName: z.string(),
  S3Input: z.strictObject({
    S3Uri: s3Uri,
    LocalPath: localPath,
    S3DataType: z.literal('S3Prefix'),
    S3InputMode: z.literal('File'),
  }),
});
const processingOutput = z.strictObject({
  OutputName: z.string(),
  S3Output: z.strictObject({ S3Uri: s3Uri, LocalPath: localPath, S3UploadMode: z.literal('EndOfJob') }),
});
const outputConfig = z.strictObject({ Outputs: z.array(processingOutput).max(10), KmsKeyId: kmsKeyId.optional() });
const processing = z.strictObject({
  ProcessingJobName: name(63),
  RoleArn: roleArn,
  AppSpecification: z.strictObject({
    ImageUri: image,
    ContainerArguments: z.array(text(256)).min(1).max(100).optional(),
  }),
  ProcessingResources: z.strictObject({ ClusterConfig: cluster }),
  ProcessingInputs: z.array(processingInput).max(10).optional(),
  ProcessingOutputConfig: outputConfig.optional(),
  StoppingCondition: z.strictObject({ MaxRuntimeInSeconds: count.max(777_600) }).optional(),
  NetworkConfig: z.strictObject({ EnableNetworkIsolation: z.boolean() }).optional(),
  Tags: tags,
});

const hyperParameters = z
  .record(text(256), text(2500))
  .refine((map) => Object.keys(map).length <= 100, 'Member must have length less than or equal to 100')
  .optional();

const s3Prefix = { S3DataType: z.literal('S3Prefix'), S3Uri: s3Uri };
const whole = { S3DataDistributionType: z.literal('FullyReplicated').optional() };
const channel = z.strictObject({
  ChannelName: text(64, /^(?!\.+$)[A-Za-z0-9.\-_]+$/),
  ContentType: text(256).optional(),
  DataSource: z.strictObject({ S3DataSource: z.strictObject({ ...s3Prefix, ...whole }) }),
});

// What a training job and the trials of a tuning job have in common.
const trainingMembers = {
  RoleArn: roleArn,
  AlgorithmSpecification: z.strictObject({ TrainingImage: image, TrainingInputMode: z.literal('File') }),
  InputDataConfig: z.array(channel).min(1).max(20).optional(),
  OutputDataConfig: z.strictObject({ S3OutputPath: s3Uri, KmsKeyId: kmsKeyId.optional() }),
  ResourceConfig: cluster,
  StoppingCondition: z.strictObject({ MaxRuntimeInSeconds: count.optional() }),
  EnableNetworkIsolation: z.boolean().optional(),
};

const numericRange = z.strictObject({
  Name: text(256),
  MinValue: text(256),
  MaxValue: text(256),
  ScalingType: z.literal(['Auto', 'Linear', 'Logarithmic']).optional(),
});

const category = z.strictObject({ Name: text(256), Values: z.array(text(256)).min(1).max(30) });
const tuningConfig = z.strictObject({
  Strategy: z.literal('Random'),
  HyperParameterTuningJobObjective: z.strictObject({
    Type: z.literal(['Maximize', 'Minimize']),
    MetricName: text(255),
  }),
  ResourceLimits: z.strictObject({ MaxNumberOfTrainingJobs: count, MaxParallelTrainingJobs: count }),
  ParameterRanges: z.strictObject({
    IntegerParameterRanges: z.array(numericRange).max(30).optional(),
    ContinuousParameterRanges: z.array(numericRange).max(30).optional(),
    CategoricalParameterRanges: z.array(category).max(30).optional(),
  }),
  TrainingJobEarlyStoppingType: z.literal('Off').optional(),
  RandomSeed: z.int().min(0).optional(),
});
const tuning = z.strictObject({
  HyperParameterTuningJobName: name(32),
  HyperParameterTuningJobConfig: tuningConfig,
  TrainingJobDefinition: z.strictObject({ ...trainingMembers, StaticHyperParameters: hyperParameters }),
  Tags: tags,
});

const filter = text(63, /^\$\['[^'\\]+'(,'[^'\\]+')+\]$/);
const transform = z.strictObject({
  TransformJobName: name(63),
  ModelName: name(63),
  MaxPayloadInMB: z.int().min(1).max(100).optional(),
  BatchStrategy: z.literal('MultiRecord').optional(),
  TransformInput: z.strictObject({
    DataSource: z.strictObject({ S3DataSource: z.strictObject(s3Prefix) }),
    ContentType: z.literal('application/jsonlines'),
    SplitType: z.literal('Line'),
  }),
  TransformOutput: z.strictObject({
    S3OutputPath: s3Uri,
    Accept: z.literal('application/jsonlines'),
    AssembleWith: z.literal('Line'),
    KmsKeyId: kmsKeyId.optional(),
  }),
  TransformResources: z.strictObject(instance),
  // Of JSONPath the one form that keeps several members of a record: $['a','b'].
  DataProcessing: z.strictObject({ InputFilter: filter, JoinSource: z.literal('Input'), OutputFilter: filter }),
  Tags: tags,
});

export const modelRequest = z.strictObject({
  ModelName: name(63),
  PrimaryContainer: z.strictObject({ Image: image, ModelDataUrl: s3Uri }),
  ExecutionRoleArn: roleArn,
  EnableNetworkIsolation: z.boolean().optional(),
  Tags: tags,
});

export const requests = {
  Processing: processing,
  Training: z.strictObject({
    TrainingJobName: name(63),
    HyperParameters: hyperParameters,
    ...trainingMembers,
    Tags: tags,
  }),
  HyperParameterTuning: tuning,
  Transform: transform,
};

export type Requests = { readonly [K in keyof typeof requests]: z.infer<(typeof requests)[K]> };
export type ModelRequest = z.infer<typeof modelRequest>;

/**
 * The request, checked. Throws AWS's `ValidationException` for what SageMaker itself refuses, and 501 for members and
 * values that SageMaker would act on and this job runner cannot.
 */
export function parseRequest<T>(schema: z.ZodType<T>, input: Input): T {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  const { issues } = result.error;
  const unsupported = issues.flatMap(unsupportedBy);
  if (unsupported.length > 0) throw notSupported(unsupported.join('; '));
  const constraints = issues.map(({ input: value, path, message }) => {
    const rule = value === undefined ? 'Member must not be null' : message;
    return `Value ${quote(value)} at '${wirePath(path)}' failed to satisfy constraint: ${rule}`;
  });
  const found = `${constraints.length} validation error${constraints.length === 1 ? '' : 's'} detected`;
  throw new AwsError('ValidationException', `${found}: ${constraints.join('; ')}`);
}

function unsupportedBy(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...issue.path, key].join('.'));
  if (issue.code !== 'invalid_value' || issue.input === undefined) return [];
  return [`${issue.path.join('.')} ${quote(issue.input)} (only ${issue.values.map(String).join(', ')})`];
}

const quote = (value: unknown): string =>
  value === undefined ? 'null' : `'${typeof value === 'string' ? value : JSON.stringify(value)}'`;

const wirePath = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `${part + 1}.member` : String(part)))
    .map((part) => part.charAt(0).toLowerCase() + part.slice(1))
    .join('.');
