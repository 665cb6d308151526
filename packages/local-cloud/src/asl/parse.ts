/** Checks a definition as CreateStateMachine does, and refuses by name whatever this interpreter does not run. */
import jsonata from 'jsonata';
import { z } from 'zod';
import type { Json, JsonObject, Machine } from './definition.ts';
import { expressionIn } from './query.ts';
import { parseTimestamp } from './timestamp.ts';
import { checkTransitions } from './transitions.ts';

/** A fault of a definition; `location` as in `/States/Prepare/Retry[0]`. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
  readonly code:
    'SCHEMA_VALIDATION_FAILED' | 'INVALID_JSON_DESCRIPTION' | 'MISSING_TRANSITION_TARGET' | 'NOT_SUPPORTED';
  readonly location: string;

  constructor(code: DefinitionError['code'], message: string, location: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
    this.location = location === '' ? '/' : location;
  }
}

/** The state machine in `text`, which is JSON. Throws {@link DefinitionError} for the first fault. */
export function parseDefinition(text: string): Machine {
  let definition: Json;
  try {
    definition = JSON.parse(text) as Json;
  } catch (error) {
    throw new DefinitionError('INVALID_JSON_DESCRIPTION', (error as Error).message, '', { cause: error });
  }
  if (!isObject(definition)) throw fault('Definition must be a valid JSON object', '');
  checkLanguages(definition, '', definition['QueryLanguage'] === 'JSONata');
  const parsed = topLevel.safeParse(definition);
  if (!parsed.success) throw firstFault(parsed.error);
  checkExpressions(definition, '');
  const machine = definition as unknown as Machine;
  checkTransitions(machine, '', new Set());
  return machine;
}

const fault = (message: string, location: string): DefinitionError =>
  new DefinitionError('SCHEMA_VALIDATION_FAILED', message, location);

const notSupported = (what: string, location: string): DefinitionError =>
  new DefinitionError('NOT_SUPPORTED', `${what} is not supported by the local cloud`, location);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function firstFault(error: z.ZodError): DefinitionError {
  const [issue] = error.issues;
  if (issue === undefined) throw error;
  const location = issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : `/${String(step)}`)).join('');
  if (issue.code === 'unrecognized_keys') return notSupported(`The field '${issue.keys.join("', '")}'`, location);
  return fault(issue.message, location);
}

/** Every state is JSONata, by itself or by the state machine's choice. */
function checkLanguages(machine: Json, location: string, isJsonata: boolean): void {
  const states = isObject(machine) ? machine['States'] : undefined;
  for (const [name, state] of isObject(states) ? Object.entries(states) : []) {
    if (!isObject(state)) continue;
    const place = `${location}/States/${name}`;
    if (state['QueryLanguage'] === 'JSONPath' && isJsonata) {
      throw fault("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", place);
    }
    if (state['QueryLanguage'] !== 'JSONata' && !isJsonata) throw notSupported('QueryLanguage JSONPath', place);
    checkLanguages(state['ItemProcessor'] ?? null, `${place}/ItemProcessor`, true);
    const branches = Array.isArray(state['Branches']) ? (state['Branches'] as Json[]) : [];
    for (const [index, branch] of branches.entries()) checkLanguages(branch, `${place}/Branches[${index}]`, true);
  }
}

function checkExpressions(value: Json, location: string): void {
  const expression = expressionIn(value);
  if (expression !== undefined) {
    try {
      jsonata(expression);
    } catch (error) {
      const { message } = error as Error;
      throw new DefinitionError(
        'SCHEMA_VALIDATION_FAILED',
        `The JSONata expression is not valid: ${message}`,
        location,
        {
          cause: error,
        },
      );
    }
  } else if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly Json[]).entries()) checkExpressions(item, `${location}[${index}]`);
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) checkExpressions(member, `${location}/${key}`);
  }
}

const expression = z.string().refine((text) => expressionIn(text) !== undefined, 'Expected a JSONata expression');
const orExpression = (literal: z.ZodType) =>
  z.union([literal, expression], 'Neither a value that this field takes nor a JSONata expression').optional();
/** Any JSON with expressions in it. */
const template = z.unknown().optional();
const longest = 99_999_999;
const integer = (least: number, most = longest) => z.int().min(least).max(most);

/** https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html */
const variable = z
  .string()
  .regex(/^[\p{ID_Start}_][\p{ID_Continue}_]{0,79}$/u)
  .refine((name) => name !== 'states');
const comment = { Comment: z.string().optional() };
const exit = { Assign: z.record(variable, template).optional(), Output: template };
const common = { ...comment, QueryLanguage: z.literal('JSONata').optional() };

const errorEquals = z
  .array(z.string())
  .nonempty()
  .refine((names) => names.length === 1 || !names.includes('States.ALL'), 'States.ALL must appear alone');
const allComesLast = (handlers: readonly { ErrorEquals: readonly string[] }[]): boolean =>
  handlers.slice(0, -1).every(({ ErrorEquals }) => !ErrorEquals.includes('States.ALL'));
const lastMessage = 'States.ALL must be the last one in the list';
const retry = z.array(
  z.strictObject({
    ...comment,
    ErrorEquals: errorEquals,
    IntervalSeconds: integer(1).optional(),
    MaxAttempts: integer(0).optional(),
    BackoffRate: z.number().min(1).optional(),
    MaxDelaySeconds: integer(1, 31_622_399).optional(),
    JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
  }),
);
const catchers = z.array(z.strictObject({ ...comment, ...exit, ErrorEquals: errorEquals, Next: z.string() }));

const flow = { ...common, ...exit, Next: z.string().optional(), End: z.boolean().optional() };
const recovering = {
  ...flow,
  Retry: retry.refine(allComesLast, lastMessage).optional(),
  Catch: catchers.refine(allComesLast, lastMessage).optional(),
};
const goesOnOrEnds = (state: { Next?: string | undefined; End?: boolean | undefined }): boolean =>
  (state.Next !== undefined) !== (state.End === true);
const goMessage = "Exactly one of 'Next' and 'End' is required";

const task = z
  .strictObject({
    ...recovering,
    Type: z.literal('Task'),
    Resource: z.string().min(1),
    Arguments: template,
    TimeoutSeconds: orExpression(integer(1)),
    HeartbeatSeconds: orExpression(integer(1)),
  })
  .refine(goesOnOrEnds, goMessage)
  .refine(
    ({ TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat }) =>
      typeof timeout !== 'number' || typeof heartbeat !== 'number' || heartbeat < timeout,
    'HeartbeatSeconds must be smaller than TimeoutSeconds',
  );
const map = z
  .strictObject({
    ...recovering,
    Type: z.literal('Map'),
    Label: z.string().optional(),
    Items: orExpression(z.array(template)),
    ItemSelector: template,
    MaxConcurrency: orExpression(integer(0)),
    ToleratedFailureCount: orExpression(integer(0)),
    ToleratedFailurePercentage: orExpression(integer(0, 100)),
    get ItemProcessor(): z.ZodType {
      const inline = z.literal('INLINE', 'Only the mode INLINE is supported by the local cloud').optional();
      return z.strictObject({ ...machine, ProcessorConfig: z.strictObject({ Mode: inline }).optional() });
    },
  })
  .refine(goesOnOrEnds, goMessage);
const parallel = z
  .strictObject({
    ...recovering,
    Type: z.literal('Parallel'),
    Arguments: template,
    get Branches(): z.ZodType {
      return z.array(z.strictObject(machine)).nonempty();
    },
  })
  .refine(goesOnOrEnds, goMessage);
const rule = z.strictObject({ ...comment, ...exit, Condition: z.union([z.boolean(), expression]), Next: z.string() });
const choice = z.strictObject({
  ...common,
  ...exit,
  Type: z.literal('Choice'),
  Choices: z.array(rule).nonempty(),
  Default: z.string().optional(),
});
const timestamp = z
  .string()
  .refine((text) => parseTimestamp(text) !== undefined, 'String does not match RFC3339 timestamp');
const wait = z
  .strictObject({
    ...flow,
    Type: z.literal('Wait'),
    Seconds: orExpression(integer(0)),
    Timestamp: orExpression(timestamp),
  })
  .refine(goesOnOrEnds, goMessage)
  .refine(
    ({ Seconds, Timestamp }) => (Seconds === undefined) !== (Timestamp === undefined),
    "Exactly one of 'Seconds' and 'Timestamp' is required",
  );
const pass = z.strictObject({ ...flow, Type: z.literal('Pass') }).refine(goesOnOrEnds, goMessage);
const succeed = z.strictObject({ ...common, Type: z.literal('Succeed'), Output: template });
const fail = z.strictObject({
  ...common,
  Type: z.literal('Fail'),
  Error: z.string().optional(),
  Cause: z.string().optional(),
});

const machine = {
  ...comment,
  QueryLanguage: z.enum(['JSONata', 'JSONPath']).optional(),
  StartAt: z.string(),
  States: z.record(
    z.string().max(80),
    z.discriminatedUnion('Type', [task, map, parallel, choice, wait, pass, succeed, fail], 'Not a state type'),
  ),
};
const topLevel = z.strictObject({
  ...machine,
  Version: z.string().optional(),
  TimeoutSeconds: integer(1).optional(),
});
