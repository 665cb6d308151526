/** Checks a definition as CreateStateMachine does, and refuses by name whatever this interpreter does not run. */
import jsonata from 'jsonata';

import type { Json, JsonObject, Machine } from './definition.ts';
import { expressionIn, typeOf } from './query.ts';
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
    this.location = location;
  }
}

/** The state machine in `text`, which is JSON. Throws {@link DefinitionError} for the first fault. */
export function parseDefinition(text: string): Machine {
  let definition: Json;
  try {
    definition = JSON.parse(text) as Json;
  } catch (error) {
    throw new DefinitionError('INVALID_JSON_DESCRIPTION', (error as Error).message, '/', { cause: error });
  }
  if (!isObject(definition)) {
    throw new DefinitionError('SCHEMA_VALIDATION_FAILED', 'Definition must be a valid JSON object', '/');
  }
  checkMachine(definition, '', definition['QueryLanguage'] === 'JSONata');
  const machine = definition as unknown as Machine;
  checkTransitions(machine, '', new Set());
  return machine;
}

type Check = (value: Json, location: string) => void;
type Fields = Readonly<Record<string, Check>>;

const fault = (message: string, location: string): DefinitionError =>
  new DefinitionError('SCHEMA_VALIDATION_FAILED', message, location);

const unsupported = (what: string, location: string): DefinitionError =>
  new DefinitionError('NOT_SUPPORTED', `${what} is not supported by the local cloud`, location);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function textOf(value: Json | undefined, location: string): string {
  if (typeof value !== 'string') throw fault('Expected value of type String', location);
  return value;
}

const text: Check = (value, location) => {
  textOf(value, location);
};

const boolean: Check = (value, location) => {
  if (typeof value !== 'boolean') throw fault('Expected value of type Boolean', location);
};

const number =
  (least: number, most: number, whole = true): Check =>
  (value, location) => {
    const fits = typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value));
    if (!fits) throw fault(`Expected ${whole ? 'an integer' : 'a number'} from ${least} to ${most}`, location);
  };

/** Any JSON with expressions in it. */
const template: Check = (value, location) => {
  const expression = expressionIn(value);
  if (expression !== undefined) checkExpression(expression, location);
  else if (Array.isArray(value))
    (value as readonly Json[]).forEach((item, index) => {
      template(item, `${location}[${index}]`);
    });
  else if (isObject(value)) for (const [key, member] of Object.entries(value)) template(member, `${location}/${key}`);
};

/** An expression, or a literal that passes `literal`. */
const orExpression =
  (literal: Check): Check =>
  (value, location) => {
    if (expressionIn(value) === undefined) literal(value, location);
    else template(value, location);
  };

function checkExpression(expression: string, location: string): void {
  try {
    jsonata(expression);
  } catch (error) {
    const { message } = error as Error;
    throw new DefinitionError('SCHEMA_VALIDATION_FAILED', `The JSONata expression is not valid: ${message}`, location, {
      cause: error,
    });
  }
}

const array = (value: Json, location: string): readonly Json[] => {
  if (!Array.isArray(value)) throw fault('Expected value of type Array', location);
  return value as readonly Json[];
};

const filled = (value: Json, location: string): readonly Json[] => {
  const items = array(value, location);
  if (items.length === 0) throw fault('Array must not be empty', location);
  return items;
};

/** https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html */
const assign: Check = (value, location) => {
  if (!isObject(value)) throw fault('Expected value of type Object', location);
  for (const name of Object.keys(value)) {
    if (!/^[\p{ID_Start}_][\p{ID_Continue}_]{0,79}$/u.test(name) || name === 'states') {
      throw fault(`'${name}' is not a valid variable name`, location);
    }
  }
  template(value, location);
};

const errorEquals: Check = (value, location) => {
  const names = filled(value, location);
  names.forEach((name, index) => {
    text(name, `${location}[${index}]`);
  });
  if (names.includes('States.ALL') && names.length > 1) throw fault('States.ALL must appear alone', location);
};

const handlers =
  (fields: Fields, required: readonly string[]): Check =>
  (value, location) => {
    const items = array(value, location);
    items.forEach((item, index) => {
      const place = `${location}[${index}]`;
      checkFields(item, place, fields, required);
      const names = isObject(item) ? (item['ErrorEquals'] as readonly Json[]) : [];
      if (names.includes('States.ALL') && index < items.length - 1) {
        throw fault('States.ALL must be the last one in the list', `${place}/ErrorEquals`);
      }
    });
  };

const exit = { Assign: assign, Output: template };

const retry = handlers(
  {
    ErrorEquals: errorEquals,
    IntervalSeconds: number(1, 99_999_999),
    MaxAttempts: number(0, 99_999_999),
    BackoffRate: number(1, Infinity, false),
    MaxDelaySeconds: number(1, 31_622_399),
    JitterStrategy: (value, location) => {
      if (value !== 'FULL' && value !== 'NONE') throw fault("JitterStrategy must be 'FULL' or 'NONE'", location);
    },
    Comment: text,
  },
  ['ErrorEquals'],
);

const catchers = handlers({ ErrorEquals: errorEquals, Next: text, Comment: text, ...exit }, ['ErrorEquals', 'Next']);

const choices: Check = (value, location) => {
  filled(value, location).forEach((rule, index) => {
    const fields = { Condition: orExpression(boolean), Next: text, Comment: text, ...exit };
    checkFields(rule, `${location}[${index}]`, fields, ['Condition', 'Next']);
  });
};

const timestamp: Check = (value, location) => {
  const time = parseTimestamp(textOf(value, location));
  if (time === undefined) throw fault('String does not match RFC3339 timestamp', location);
};

const items: Check = (value, location) => {
  if (typeOf(value) !== 'array') throw fault('Items must be an array or a JSONata expression', location);
  template(value, location);
};

const inner =
  (mode: boolean): Check =>
  (value, location) => {
    if (!isObject(value)) throw fault('Expected value of type Object', location);
    checkMachine(value, location, true, mode ? { ProcessorConfig: inlineOnly } : {});
  };

const inlineOnly: Check = (value, location) => {
  const mode: Check = (name, place) => {
    if (name !== 'INLINE') throw unsupported(`Mode ${textOf(name, place)}`, place);
  };
  checkFields(value, location, { Mode: mode }, []);
};

const seconds = orExpression(number(1, 99_999_999));
const count = orExpression(number(0, 99_999_999));
const go: Fields = { Next: text, End: boolean };
const recovering: Fields = { ...go, ...exit, Retry: retry, Catch: catchers };

const fieldsOf: Readonly<Record<string, { readonly fields: Fields; readonly required: readonly string[] }>> = {
  Task: {
    fields: {
      ...recovering,
      Resource: text,
      Arguments: template,
      TimeoutSeconds: seconds,
      HeartbeatSeconds: seconds,
    },
    required: ['Resource'],
  },
  Map: {
    fields: {
      ...recovering,
      Items: orExpression(items),
      ItemSelector: template,
      ItemProcessor: inner(true),
      MaxConcurrency: count,
      ToleratedFailureCount: count,
      ToleratedFailurePercentage: orExpression(number(0, 100, false)),
      Label: text,
    },
    required: ['ItemProcessor'],
  },
  Parallel: {
    fields: {
      ...recovering,
      Arguments: template,
      Branches: (value, location) => {
        filled(value, location).forEach((branch, index) => {
          inner(false)(branch, `${location}[${index}]`);
        });
      },
    },
    required: ['Branches'],
  },
  Choice: { fields: { ...exit, Choices: choices, Default: text }, required: ['Choices'] },
  Wait: { fields: { ...go, ...exit, Seconds: count, Timestamp: orExpression(timestamp) }, required: [] },
  Pass: { fields: { ...go, ...exit }, required: [] },
  Succeed: { fields: { Output: template }, required: [] },
  Fail: { fields: { Error: text, Cause: text }, required: [] },
};

function checkMachine(machine: JsonObject, location: string, isJsonata: boolean, more: Fields = {}): void {
  const fields: Fields = {
    StartAt: text,
    States: (states, place) => {
      checkStates(states, place, isJsonata);
    },
    Comment: text,
    QueryLanguage: language,
    ...(location === '' ? { TimeoutSeconds: number(1, 99_999_999), Version: text } : {}),
    ...more,
  };
  checkFields(machine, location, fields, ['States', 'StartAt']);
}

const language: Check = (value, location) => {
  if (value !== 'JSONata' && value !== 'JSONPath')
    throw fault("QueryLanguage must be 'JSONata' or 'JSONPath'", location);
};

function checkStates(states: Json, location: string, isJsonata: boolean): void {
  if (!isObject(states)) throw fault('Expected value of type Object', location);
  for (const [name, state] of Object.entries(states)) {
    const place = `${location}/${name}`;
    if (name.length > 80) throw fault('A state name must not exceed 80 characters', place);
    checkState(state, place, isJsonata);
  }
}

function checkState(state: Json, location: string, isJsonata: boolean): void {
  if (!isObject(state)) throw fault('Expected value of type Object', location);
  const type = textOf(state['Type'], `${location}/Type`);
  const known = Object.hasOwn(fieldsOf, type) ? fieldsOf[type] : undefined;
  if (known === undefined) throw fault(`'${type}' is not a state type`, `${location}/Type`);
  const own = state['QueryLanguage'];
  if (own === 'JSONPath' && isJsonata) {
    throw fault("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", location);
  }
  if (own !== 'JSONata' && !isJsonata) throw unsupported('QueryLanguage JSONPath', location);
  const { fields, required } = known;
  checkFields(state, location, { ...fields, Type: text, Comment: text, QueryLanguage: language }, required);
  checkOutcome(state, type, location);
}

/** The fields that exclude or ask for one another. */
function checkOutcome(state: JsonObject, type: string, location: string): void {
  const has = (field: string): boolean => state[field] !== undefined;
  if (fieldsOf[type]?.fields['Next'] !== undefined && has('Next') === (state['End'] === true)) {
    throw fault("Exactly one of 'Next' and 'End' is required", location);
  }
  if (type === 'Wait' && has('Seconds') === has('Timestamp')) {
    throw fault("Exactly one of 'Seconds' and 'Timestamp' is required", location);
  }
  const [timeout, heartbeat] = [state['TimeoutSeconds'], state['HeartbeatSeconds']];
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    throw fault('HeartbeatSeconds must be smaller than TimeoutSeconds', `${location}/HeartbeatSeconds`);
  }
}

function checkFields(value: Json, location: string, fields: Fields, required: readonly string[]): void {
  if (!isObject(value)) throw fault('Expected value of type Object', location);
  const missing = required.filter((name) => value[name] === undefined);
  if (missing.length > 0)
    throw fault(`These fields are required: [${missing.join(', ')}]`, location === '' ? '/' : location);
  for (const [name, member] of Object.entries(value)) {
    const check = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (check === undefined) throw unsupported(`Field '${name}'`, location === '' ? '/' : location);
    check(member, `${location}/${name}`);
  }
}
