/** Checks a definition as CreateStateMachine does, and refuses by name whatever this interpreter does not run. */
import jsonata from 'jsonata';
import { definitionSchema, exitsOf, innerMachines, type Json, type Machine, type State } from './definition.ts';
import { expressionIn } from './query.ts';

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

/** The state machine in `text`, which is JSON. `runs` knows the Resources. Throws {@link DefinitionError} for the first fault. */
export function parseDefinition(text: string, runs: (resource: string) => boolean = () => true): Machine {
  let definition: Json;
  try {
    definition = JSON.parse(text) as Json;
  } catch (error) {
    throw new DefinitionError('INVALID_JSON_DESCRIPTION', (error as Error).message, '', { cause: error });
  }
  const { data: machine, error } = definitionSchema.safeParse(definition);
  const [issue] = error?.issues ?? [];
  if (issue !== undefined) {
    const location = issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : `/${String(step)}`)).join('');
    if (issue.code === 'unrecognized_keys') throw notSupported(`The field '${issue.keys.join("', '")}'`, location);
    throw new DefinitionError('SCHEMA_VALIDATION_FAILED', issue.message, location);
  }
  if (machine === undefined) throw error;
  checkExpressions(definition, '');
  for (const [name, { QueryLanguage = machine.QueryLanguage }] of Object.entries(machine.States))
    if (QueryLanguage !== 'JSONata') throw notSupported('QueryLanguage JSONPath', `/States/${name}`);
  checkMachine(machine, '', { runs, outer: new Set() });
  return machine;
}

const notSupported = (what: string, location: string): DefinitionError =>
  new DefinitionError('NOT_SUPPORTED', `${what} is not supported by the local cloud`, location);

function checkExpressions(value: Json, location: string): void {
  const expression = expressionIn(value);
  if (expression !== undefined) {
    try {
      jsonata(expression);
    } catch (cause) {
      const message = `The JSONata expression is not valid: ${(cause as Error).message}`;
      throw new DefinitionError('SCHEMA_VALIDATION_FAILED', message, location, { cause });
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value))
      checkExpressions(member, Array.isArray(value) ? `${location}[${key}]` : `${location}/${key}`);
  }
}

interface Around {
  readonly runs: (resource: string) => boolean;
  /** The variables of the machines around this one. */
  readonly outer: ReadonlySet<string>;
}

/** Every target exists, every state is reachable, inner variables hide no outer ones; so in the machines inside. */
function checkMachine(machine: Machine, location: string, { runs, outer }: Around): void {
  checkTransitions(machine, location);
  const states = Object.entries(machine.States);
  const own = states.flatMap(([, state]) => exitsOf(state).flatMap(({ Assign = {} }) => Object.keys(Assign)));
  const hidden = own.find((name) => outer.has(name));
  if (hidden !== undefined) {
    const message = `The variable name '${hidden}' was already defined in a parent scope.`;
    throw new DefinitionError('SCHEMA_VALIDATION_FAILED', message, `${location}/States`);
  }
  for (const [name, state] of states) {
    const place = `${location}/States/${name}`;
    checkState(state, place, runs);
    for (const [index, inner] of innerMachines(state).entries()) {
      const member = state.Type === 'Map' ? 'ItemProcessor' : `Branches[${index}]`;
      checkMachine(inner, `${place}/${member}`, { runs, outer: new Set([...outer, ...own]) });
    }
  }
}

function checkTransitions({ StartAt, States }: Machine, location: string): void {
  const reached = new Map([[StartAt, `${location}/StartAt`]]);
  // A map goes on to what is added while it is walked.
  for (const [name, from] of reached) {
    const state = Object.hasOwn(States, name) ? States[name] : undefined;
    if (state === undefined)
      throw new DefinitionError('MISSING_TRANSITION_TARGET', `Missing 'Next' target: ${name}`, from);
    for (const { Next } of exitsOf(state))
      if (Next !== undefined && !reached.has(Next)) reached.set(Next, `${location}/States/${name}`);
  }
  const stray = Object.keys(States).find((name) => !reached.has(name));
  if (stray === undefined) return;
  const message = `State "${stray}" is not reachable.`;
  throw new DefinitionError('MISSING_TRANSITION_TARGET', message, `${location}/States/${stray}`);
}

function checkState(state: State, location: string, runs: Around['runs']): void {
  if ('Resource' in state && !runs(state.Resource))
    throw notSupported(`The resource ${state.Resource}`, `${location}/Resource`);
  if (state.Type === 'Choice' || state.Type === 'Succeed' || state.Type === 'Fail') return;
  if ((state.Next === undefined) === (state.End === true)) return;
  throw new DefinitionError('SCHEMA_VALIDATION_FAILED', "Exactly one of 'Next' and 'End' is required", location);
}
