/** Amazon States Language as this interpreter runs it: JSONata states only. */
import { z } from 'zod';
import { expressionIn, parseTimestamp } from './query.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [member: string]: Json };

export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly QueryLanguage?: string | undefined;
  /** Of the top-level machine only. */
  readonly TimeoutSeconds?: number | undefined;
}

export type State = z.output<typeof state>;
export type StateOf<Type extends State['Type']> = Extract<State, { Type: Type }>;
/** What states have, each type some of it. */
export interface AnyState extends Partial<Pick<StateOf<'Task'>, 'Next' | 'Assign' | 'Output' | 'Retry' | 'Catch'>> {
  readonly Type: State['Type'];
}
export type Retrier = z.output<typeof retrier>;

/** The machines that iterations or branches of `state` run. */
export function innerMachines(state: State): readonly Machine[] {
  if (state.Type === 'Map') return [state.ItemProcessor];
  return state.Type === 'Parallel' ? state.Branches : [];
}

/** The ways out of `state` that lead to a next state or assign variables. */
export function exitsOf(state: State): readonly Pick<AnyState, 'Next' | 'Assign'>[] {
  if (state.Type === 'Choice') return [...state.Choices, { Next: state.Default, Assign: state.Assign }];
  const any: AnyState = state;
  return [any, ...(any.Catch ?? [])];
}

/** `arn:aws:states:::aws-sdk:dynamodb:putItem` is type `aws-sdk:dynamodb`, resource `putItem`; anything else is a function's ARN, of type `lambda`. */
export function splitResource(arn: string) {
  if (!/^arn:[^:]+:states:/.test(arn)) return { type: 'lambda', resource: arn, direct: true };
  const parts = arn.split(':').slice(5);
  return { type: parts.slice(0, -1).join(':'), resource: parts.at(-1) ?? '', direct: false };
}

/** Any JSON, with expressions in it. */
const template = z.custom<Json>().optional();
const expression = z.string().refine((text) => expressionIn(text) !== undefined, 'Expected a JSONata expression');
const orExpression = <T extends z.ZodType>(literal: T) =>
  z.union([literal, expression], 'Neither a value that this field takes nor a JSONata expression').optional();
const integer = (least: number, most = 99_999_999) => z.int().min(least).max(most);
const timestamp = z
  .string()
  .refine((text) => parseTimestamp(text) !== undefined, 'String does not match RFC3339 timestamp');

/** https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html */
const variable = z
  .string()
  .regex(/^[\p{ID_Start}_][\p{ID_Continue}_]{0,79}$/u)
  .refine((name) => name !== 'states');
const comment = { Comment: z.string().optional() };
const onlyJsonata = z.literal('JSONata', 'Only the QueryLanguage JSONata is supported by the local cloud').optional();
const common = { ...comment, QueryLanguage: onlyJsonata };
const exit = { Assign: z.record(variable, z.custom<Json>()).optional(), Output: template };

const errorEquals = z
  .array(z.string())
  .nonempty()
  .refine((names) => names.length === 1 || !names.includes('States.ALL'), 'States.ALL must appear alone');
const handlers = <T extends z.ZodType<{ ErrorEquals: readonly string[] }>>(handler: T) =>
  z
    .array(handler)
    .refine(
      (all) => all.slice(0, -1).every(({ ErrorEquals }) => !ErrorEquals.includes('States.ALL')),
      'States.ALL must be the last one in the list',
    )
    .optional();
const retrier = z.strictObject({
  ...comment,
  ErrorEquals: errorEquals,
  IntervalSeconds: integer(1).optional(),
  MaxAttempts: integer(0).optional(),
  BackoffRate: z.number().min(1).optional(),
  MaxDelaySeconds: integer(1, 31_622_399).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
});
const catcher = z.strictObject({ ...comment, ...exit, ErrorEquals: errorEquals, Next: z.string() });

const flow = { ...common, ...exit, Next: z.string().optional(), End: z.boolean().optional() };
const recovering = { ...flow, Retry: handlers(retrier), Catch: handlers(catcher) };

const task = z
  .strictObject({
    ...recovering,
    Type: z.literal('Task'),
    Resource: z.string().min(1),
    Arguments: template,
    TimeoutSeconds: orExpression(integer(1)),
    HeartbeatSeconds: orExpression(integer(1)),
  })
  .refine(
    ({ TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat }) =>
      typeof timeout !== 'number' || typeof heartbeat !== 'number' || heartbeat < timeout,
    'HeartbeatSeconds must be smaller than TimeoutSeconds',
  );
const map = z.strictObject({
  ...recovering,
  Type: z.literal('Map'),
  Items: orExpression(z.array(z.custom<Json>())),
  ItemSelector: template,
  MaxConcurrency: orExpression(integer(0)),
  ToleratedFailureCount: orExpression(integer(0)),
  ToleratedFailurePercentage: orExpression(integer(0, 100)),
  get ItemProcessor(): z.ZodType<Machine> {
    const inline = z.literal('INLINE', 'Only the mode INLINE is supported by the local cloud').optional();
    return z.strictObject({ ...machine, ProcessorConfig: z.strictObject({ Mode: inline }).optional() });
  },
});
const parallel = z.strictObject({
  ...recovering,
  Type: z.literal('Parallel'),
  Arguments: template,
  get Branches(): z.ZodType<Machine[]> {
    return z.array(z.strictObject(machine)).min(1);
  },
});
const rule = z.strictObject({ ...comment, ...exit, Condition: z.union([z.boolean(), expression]), Next: z.string() });
const choice = z.strictObject({
  ...common,
  ...exit,
  Type: z.literal('Choice'),
  Choices: z.array(rule).nonempty(),
  Default: z.string().optional(),
});
const wait = z
  .strictObject({
    ...flow,
    Type: z.literal('Wait'),
    Seconds: orExpression(integer(0)),
    Timestamp: orExpression(timestamp),
  })
  .refine(
    ({ Seconds, Timestamp }) => (Seconds === undefined) !== (Timestamp === undefined),
    "Exactly one of 'Seconds' and 'Timestamp' is required",
  );
const pass = z.strictObject({ ...flow, Type: z.literal('Pass') });
const succeed = z.strictObject({ ...common, Type: z.literal('Succeed'), Output: template });
const fail = z.strictObject({
  ...common,
  Type: z.literal('Fail'),
  Error: z.string().optional(),
  Cause: z.string().optional(),
});
const state = z.discriminatedUnion(
  'Type',
  [task, map, parallel, choice, wait, pass, succeed, fail],
  'Not a state type',
);

const machine = {
  ...comment,
  StartAt: z.string(),
  States: z.record(z.string().max(80), state),
};

/** The fields of a definition; what leads where is `parseDefinition`'s to check. */
export const definitionSchema = z.strictObject({
  ...machine,
  QueryLanguage: z.enum(['JSONata', 'JSONPath']).optional(),
  Version: z.string().optional(),
  TimeoutSeconds: integer(1).optional(),
});
