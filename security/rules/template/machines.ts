/** The state machines in the templates, and the states in them. */
import { innerMachines, type Machine, type StateOf } from '@regulabel/local-cloud/asl/definition';
import { DefinitionError, parseDefinition } from '@regulabel/local-cloud/asl/parse';
import { text } from './json.ts';
import { ofType, type Resource, type Stack } from './stack.ts';

export interface Task {
  readonly name: string;
  readonly state: StateOf<'Task'>;
  /** Its Arguments, with their expressions as text. */
  readonly args: unknown;
}

export interface StateMachine {
  readonly resource: Resource;
  readonly definition: Machine;
  /** Of the machine and of every Map and Parallel in it. */
  readonly tasks: readonly Task[];
}

const remembered = new WeakMap<Resource, StateMachine | DefinitionError>();

/** The state machines whose definitions are sound; {@link faultOf} tells about the others. */
export const machinesOf = (stack: Stack): readonly StateMachine[] =>
  ofType(stack, 'AWS::StepFunctions::StateMachine').flatMap((resource) => {
    const parsed = read(resource);
    return parsed instanceof DefinitionError ? [] : [parsed];
  });

/** Why CreateStateMachine would refuse a definition, or the local cloud does not run it; undefined for a sound one. */
export function faultOf(resource: Resource): DefinitionError | undefined {
  const parsed = read(resource);
  return parsed instanceof DefinitionError ? parsed : undefined;
}

function read(resource: Resource): StateMachine | DefinitionError {
  const known = remembered.get(resource);
  if (known !== undefined) return known;
  const fresh = parse(resource);
  remembered.set(resource, fresh);
  return fresh;
}

function parse(resource: Resource): StateMachine | DefinitionError {
  try {
    const definition = parseDefinition(text(resource.properties['DefinitionString']));
    return { resource, definition, tasks: tasksIn(definition) };
  } catch (error) {
    if (error instanceof DefinitionError) return error;
    throw error;
  }
}

const tasksIn = (machine: Machine): Task[] =>
  Object.entries(machine.States).flatMap(([name, state]) =>
    state.Type === 'Task' ? [{ name, state, args: state.Arguments }] : innerMachines(state).flatMap(tasksIn),
  );
