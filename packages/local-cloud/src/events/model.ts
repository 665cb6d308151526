import { z } from 'zod';

/** An event as targets get it. */
export interface EventEnvelope {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

const violates = (pattern: string): string =>
  `failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}`;

/** A name as EventBridge takes it. */
export const nameOf = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[.\-_A-Za-z0-9]+$/, violates('[\\.\\-_A-Za-z0-9]+'));

export const busParameter = z.string().min(1).max(1600).optional();
const tags = z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional();
const deadLetterConfig = z.strictObject({ Arn: z.string().optional() }).optional();

/** CreateEventBus. */
export const newBus = z.object({
  Name: nameOf(256),
  Description: z.string().max(512).optional(),
  KmsKeyIdentifier: z.string().optional(),
  DeadLetterConfig: deadLetterConfig,
  Tags: tags,
});

/** PutRule. */
export const newRule = z.object({
  Name: nameOf(64),
  EventPattern: z.string().max(4096).optional(),
  ScheduleExpression: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Description: z.string().max(512).optional(),
  RoleArn: z.string().optional(),
  EventBusName: busParameter,
  Tags: tags,
});

/** A rule's target. Members of other kinds of target are refused. */
export const target = z.strictObject({
  Id: nameOf(64),
  Arn: z.string().min(1).max(1600),
  RoleArn: z.string().optional(),
  Input: z.string().max(8192).optional(),
  InputPath: z.string().max(256).optional(),
  InputTransformer: z
    .strictObject({
      InputPathsMap: z.record(z.string().regex(/^[A-Za-z0-9_-]+$/), z.string().max(256)).optional(),
      InputTemplate: z.string().min(1).max(8192),
    })
    .optional(),
  DeadLetterConfig: deadLetterConfig,
  RetryPolicy: z
    .strictObject({
      MaximumRetryAttempts: z.int().min(0).max(185).optional(),
      MaximumEventAgeInSeconds: z.int().min(60).max(86_400).optional(),
    })
    .optional(),
});
export type Target = z.output<typeof target>;
