/** The requests SageMaker takes, as far as a local job can honour them (names, patterns and limits: AWS's API model). */
import { z } from 'zod';
import { AwsError } from '../aws.ts';
import type { Input } from '../aws.ts';
import { parseJsonPath } from './jsonPath.ts';

const NAME = '[a-zA-Z0-9](-*[a-zA-Z0-9])';
const name = (max: number) => text(max, 1).regex(new RegExp(`^${NAME}{0,${max - 1}}$`));
const text = (max: number, min = 0) => z.string().min(min).max(max);
const s3Uri = text(1024).regex(/^s3:\/\/([^/]+)\/?(.*)$/);
const kmsKeyId = text(2048).regex(/^[a-zA-Z0-9:/_-]*$/);
const roleArn = text(2048, 20).regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/);
const image = text(255).regex(/^\S+$/);
const positive = z.int().min(1);

const bounded = (shape: z.ZodRecord<z.ZodString, z.ZodString>, max: number) =>
  shape.refine((map) => Object.keys(map).length <= max, `Member must have length less than or equal to ${max}`);
const environment = (count: number, key: number, value: number) =>
  bounded(z.record(text(key).regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), text(value)), count).optional();

export const tagList = z.array(z.strictObject({ Key: text(128, 1), Value: text(256) })).max(50);
const tags = tagList.optional();

// Members without a local effect (machines, volumes, networks) are checked, kept and shown by Describe.
const vpcConfig = z.strictObject({ SecurityGroupIds: z.array(text(32)).min(1), Subnets: z.array(text(32)).min(1) });
const instance = {
  InstanceType: text(64, 1),
  InstanceCount: z.literal(1),
  VolumeKmsKeyId: kmsKeyId.optional(),
};

const localPath = text(256).regex(/^\/opt\/ml\/processing\/(?!.*\.\.)[^\0]+$/);

export const processingRequest = z.strictObject({
  ProcessingJobName: name(63),
  RoleArn: roleArn,
  AppSpecification: z.strictObject({
    ImageUri: image,
    ContainerArguments: z.array(text(256)).min(1).max(100).optional(),
  }),
  ProcessingResources: z.strictObject({
    ClusterConfig: z.strictObject({ ...instance, VolumeSizeInGB: positive.max(16_384) }),
  }),
  ProcessingInputs: z
    .array(
      z.strictObject({
        InputName: z.string(),
        AppManaged: z.literal(false).optional(),
        S3Input: z.strictObject({
          S3Uri: s3Uri,
          LocalPath: localPath,
          S3DataType: z.literal(['S3Prefix', 'ManifestFile']),
          S3InputMode: z.literal('File').optional(),
          S3DataDistributionType: z.literal('FullyReplicated').optional(),
          S3CompressionType: z.literal('None').optional(),
        }),
      }),
    )
    .max(10)
    .optional(),
  ProcessingOutputConfig: z
    .strictObject({
      Outputs: z
        .array(
          z.strictObject({
            OutputName: z.string(),
            AppManaged: z.literal(false).optional(),
            S3Output: z.strictObject({ S3Uri: s3Uri, LocalPath: localPath, S3UploadMode: z.literal('EndOfJob') }),
          }),
        )
        .max(10),
      KmsKeyId: kmsKeyId.optional(),
    })
    .optional(),
  StoppingCondition: z.strictObject({ MaxRuntimeInSeconds: positive.max(777_600) }).optional(),
  Environment: environment(100, 256, 256),
  NetworkConfig: z
    .strictObject({
      EnableInterContainerTrafficEncryption: z.boolean().optional(),
      EnableNetworkIsolation: z.boolean().optional(),
      VpcConfig: vpcConfig.optional(),
    })
    .optional(),
  Tags: tags,
});

const metricDefinition = z.strictObject({
  Name: text(255, 1),
  Regex: text(500, 1).refine(isRegex, 'Member must be a regular expression'),
});
const hyperParameters = bounded(z.record(text(256), text(2500)), 100).optional();

// What a training job and the trials of a tuning job have in common.
const trainingMembers = {
  RoleArn: roleArn,
  AlgorithmSpecification: z.strictObject({
    TrainingImage: image,
    TrainingInputMode: z.literal('File'),
    MetricDefinitions: z.array(metricDefinition).max(40).optional(),
    EnableSageMakerMetricsTimeSeries: z.boolean().optional(),
  }),
  InputDataConfig: z
    .array(
      z.strictObject({
        ChannelName: text(64, 1)
          .regex(/^[A-Za-z0-9.\-_]+$/)
          .regex(/[^.]/),
        DataSource: z.strictObject({
          S3DataSource: z.strictObject({
            S3DataType: z.literal('S3Prefix'),
            S3Uri: s3Uri,
            S3DataDistributionType: z.literal('FullyReplicated').optional(),
          }),
        }),
        ContentType: text(256).optional(),
        CompressionType: z.literal('None').optional(),
        RecordWrapperType: z.literal('None').optional(),
        InputMode: z.literal('File').optional(),
      }),
    )
    .min(1)
    .max(20)
    .optional(),
  OutputDataConfig: z.strictObject({
    S3OutputPath: s3Uri,
    KmsKeyId: kmsKeyId.optional(),
    CompressionType: z.literal('GZIP').optional(),
  }),
  ResourceConfig: z.strictObject({ ...instance, VolumeSizeInGB: positive }),
  StoppingCondition: z.strictObject({
    MaxRuntimeInSeconds: positive.optional(),
    MaxWaitTimeInSeconds: positive.optional(),
  }),
  EnableNetworkIsolation: z.boolean().optional(),
  EnableInterContainerTrafficEncryption: z.boolean().optional(),
  EnableManagedSpotTraining: z.boolean().optional(),
  VpcConfig: vpcConfig.optional(),
  Environment: environment(100, 512, 512),
};

export const trainingRequest = z.strictObject({
  TrainingJobName: name(63),
  HyperParameters: hyperParameters,
  ...trainingMembers,
  Tags: tags,
});

const numericRange = z.strictObject({
  Name: text(256),
  MinValue: text(256),
  MaxValue: text(256),
  ScalingType: z.literal(['Auto', 'Linear', 'Logarithmic', 'ReverseLogarithmic']).optional(),
});

export const tuningRequest = z.strictObject({
  HyperParameterTuningJobName: name(32),
  HyperParameterTuningJobConfig: z.strictObject({
    Strategy: z.literal('Random'),
    HyperParameterTuningJobObjective: z.strictObject({
      Type: z.literal(['Maximize', 'Minimize']),
      MetricName: text(255, 1),
    }),
    ResourceLimits: z.strictObject({ MaxNumberOfTrainingJobs: positive, MaxParallelTrainingJobs: positive }),
    ParameterRanges: z
      .strictObject({
        IntegerParameterRanges: z.array(numericRange).max(30).optional(),
        ContinuousParameterRanges: z.array(numericRange).max(30).optional(),
        CategoricalParameterRanges: z
          .array(z.strictObject({ Name: text(256), Values: z.array(text(256)).min(1).max(30) }))
          .max(30)
          .optional(),
      })
      .optional(),
    TrainingJobEarlyStoppingType: z.literal('Off').optional(),
    RandomSeed: z.int().min(0).optional(),
  }),
  TrainingJobDefinition: z.strictObject({
    ...trainingMembers,
    StaticHyperParameters: hyperParameters,
  }),
  Tags: tags,
});

export const modelRequest = z.strictObject({
  ModelName: text(63).regex(/^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/),
  PrimaryContainer: z.strictObject({
    Image: image,
    ModelDataUrl: s3Uri,
    Mode: z.literal('SingleModel').optional(),
    Environment: environment(100, 1024, 1024),
    ContainerHostname: name(63).optional(),
  }),
  ExecutionRoleArn: roleArn,
  EnableNetworkIsolation: z.boolean().optional(),
  VpcConfig: vpcConfig.optional(),
  Tags: tags,
});

const jsonPath = text(63).refine((path) => parseJsonPath(path) !== undefined, {
  message: "Member must be a JSONPath of the supported forms: $, $.name, $['name'], $['name','name']",
});

export const transformRequest = z.strictObject({
  TransformJobName: name(63),
  ModelName: text(63, 1),
  MaxConcurrentTransforms: z.int().min(0).optional(),
  MaxPayloadInMB: z.int().min(0).max(100).optional(),
  ModelClientConfig: z
    .strictObject({
      InvocationsTimeoutInSeconds: positive.max(3600).optional(),
      InvocationsMaxRetries: z.int().min(0).max(3).optional(),
    })
    .optional(),
  BatchStrategy: z.literal(['MultiRecord', 'SingleRecord']).optional(),
  Environment: environment(16, 1024, 10_240),
  TransformInput: z.strictObject({
    DataSource: z.strictObject({
      S3DataSource: z.strictObject({ S3DataType: z.literal('S3Prefix'), S3Uri: s3Uri }),
    }),
    ContentType: text(256).optional(),
    CompressionType: z.literal('None').optional(),
    SplitType: z.literal('Line'),
  }),
  TransformOutput: z.strictObject({
    S3OutputPath: s3Uri,
    Accept: text(256).optional(),
    AssembleWith: z.literal('Line'),
    KmsKeyId: kmsKeyId.optional(),
  }),
  TransformResources: z.strictObject(instance),
  DataProcessing: z
    .strictObject({
      InputFilter: jsonPath.optional(),
      OutputFilter: jsonPath.optional(),
      JoinSource: z.literal(['Input', 'None']).optional(),
    })
    .optional(),
  Tags: tags,
});

export interface Requests {
  readonly Processing: z.infer<typeof processingRequest>;
  readonly Training: z.infer<typeof trainingRequest>;
  readonly HyperParameterTuning: z.infer<typeof tuningRequest>;
  readonly Transform: z.infer<typeof transformRequest>;
}
export type ModelRequest = z.infer<typeof modelRequest>;

/**
 * The request, checked. Throws AWS's `ValidationException` for what SageMaker itself refuses, and 501 for members and
 * values that SageMaker would act on and this job runner cannot.
 */
export function parseRequest<T>(operation: string, schema: z.ZodType<T>, input: Input): T {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  const unsupported = result.error.issues.flatMap(describeUnsupported);
  if (unsupported.length > 0) {
    throw new AwsError('NotImplemented', `${operation}: the local cloud does not support ${unsupported.join('; ')}`, {
      status: 501,
    });
  }
  const constraints = result.error.issues.map(
    (issue) => `Value ${quote(issue.input)} at '${wirePath(issue.path)}' failed to satisfy constraint: ${rule(issue)}`,
  );
  const count = `${constraints.length} validation error${constraints.length === 1 ? '' : 's'} detected`;
  throw new AwsError('ValidationException', `${count}: ${constraints.join('; ')}`);
}

function isRegex(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

function describeUnsupported(issue: z.core.$ZodIssue): string[] {
  const at = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => (at === '' ? key : `${at}.${key}`));
  if (issue.code !== 'invalid_value' || issue.input === undefined) return [];
  return [`${at} ${quote(issue.input)} (only ${issue.values.map(String).join(', ')})`];
}

function rule(issue: z.core.$ZodIssue): string {
  if (issue.input === undefined) return 'Member must not be null';
  const measure = 'origin' in issue && issue.origin === 'number' ? 'value' : 'length';
  switch (issue.code) {
    case 'too_big':
      return `Member must have ${measure} less than or equal to ${issue.maximum}`;
    case 'too_small':
      return `Member must have ${measure} greater than or equal to ${issue.minimum}`;
    case 'invalid_format':
      return `Member must satisfy regular expression pattern: ${(issue.pattern ?? '').replace(/^\/\^?|\$?\/[a-z]*$/g, '')}`;
    default:
      return issue.message;
  }
}

const quote = (value: unknown): string =>
  value === undefined ? 'null' : `'${typeof value === 'string' ? value : JSON.stringify(value)}'`;

const wirePath = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? String(part + 1) + '.member' : String(part)))
    .map((part) => part.charAt(0).toLowerCase() + part.slice(1))
    .join('.');
