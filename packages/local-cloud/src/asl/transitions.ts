/** The graph of a definition: every target exists, every state is reachable, inner variables hide no outer ones. */
import type { Machine, State } from './definition.ts';
import { DefinitionError } from './parse.ts';

/** `outer` are the variables of the machines around this one. Throws {@link DefinitionError}. */
export function checkTransitions(machine: Machine, location: string, outer: ReadonlySet<string>): void {
  const targets = new Map(Object.entries(machine.States).map(([name, state]) => [name, targetsOf(state)]));
  checkTarget(machine.StartAt, machine, `${location}/StartAt`);
  for (const [name, nexts] of targets) {
    for (const next of nexts) checkTarget(next, machine, `${location}/States/${name}`);
  }
  checkReachable(machine.StartAt, targets, location);
  const own = new Set(Object.values(machine.States).flatMap(variablesOf));
  for (const name of own) {
    if (!outer.has(name)) continue;
    const message = `The variable name '${name}' was already defined in a parent scope.`;
    throw new DefinitionError('SCHEMA_VALIDATION_FAILED', message, `${location}/States`);
  }
  const known = new Set([...outer, ...own]);
  for (const [name, state] of Object.entries(machine.States)) {
    const place = `${location}/States/${name}`;
    if (state.Type === 'Map') checkTransitions(state.ItemProcessor, `${place}/ItemProcessor`, known);
    if (state.Type !== 'Parallel') continue;
    state.Branches.forEach((branch, index) => {
      checkTransitions(branch, `${place}/Branches[${index}]`, known);
    });
  }
}

function checkTarget(target: string, machine: Machine, location: string): void {
  if (Object.hasOwn(machine.States, target)) return;
  throw new DefinitionError('MISSING_TRANSITION_TARGET', `Missing 'Next' target: ${target}`, location);
}

function checkReachable(startAt: string, targets: ReadonlyMap<string, readonly string[]>, location: string): void {
  const reached = new Set<string>([startAt]);
  // A set goes on to what is added while it is walked.
  for (const name of reached) for (const next of targets.get(name) ?? []) reached.add(next);
  for (const name of targets.keys()) {
    if (reached.has(name)) continue;
    throw new DefinitionError(
      'MISSING_TRANSITION_TARGET',
      `State "${name}" is not reachable.`,
      `${location}/States/${name}`,
    );
  }
}

function targetsOf(state: State): string[] {
  const nexts = [
    'Next' in state ? state.Next : undefined,
    ...(state.Type === 'Choice' ? [state.Default, ...state.Choices.map(({ Next }) => Next)] : []),
    ...('Catch' in state ? (state.Catch ?? []).map(({ Next }) => Next) : []),
  ];
  return nexts.filter((next) => next !== undefined);
}

function variablesOf(state: State): string[] {
  const assigns = [
    'Assign' in state ? state.Assign : undefined,
    ...(state.Type === 'Choice' ? state.Choices.map(({ Assign }) => Assign) : []),
    ...('Catch' in state ? (state.Catch ?? []).map(({ Assign }) => Assign) : []),
  ];
  return assigns.flatMap((assigned) => Object.keys(assigned ?? {}));
}
