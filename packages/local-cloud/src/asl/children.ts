/** Map iterations and Parallel branches: frames of their own, run at the same time, one result. */
import { innerMachines, type State } from './definition.ts';
import type { Draft, Note } from './draft.ts';
import { StateError, type Failure } from './failure.ts';
import { childId, newFrame, scopeOf, type Children, type Frame, type Outcome } from './frame.ts';
import { evaluate } from './query.ts';
import type { Run } from './run.ts';
import { assertSize, ownFailure } from './exit.ts';

class ChildFailed extends Error {
  override readonly name = 'ChildFailed';
  readonly child: string;
  readonly failure: Failure;

  constructor(child: string, failure: Failure) {
    super(`${child} failed`);
    this.child = child;
    this.failure = failure;
  }
}

/** Runs what is left of the children: those that have ended keep their outcome. */
export async function runChildren(run: Run, frame: Frame, children: Children, signal: AbortSignal): Promise<Note> {
  const stop = new AbortController();
  try {
    await runAll(run, frame, children, AbortSignal.any([signal, stop.signal]));
  } catch (error) {
    signal.throwIfAborted();
    stop.abort();
    if (error instanceof ChildFailed || error instanceof StateError) return fail(run, frame, error);
    throw error;
  }
  return succeed(run, frame, children);
}

async function runAll(run: Run, frame: Frame, { inputs, concurrency }: Children, signal: AbortSignal): Promise<void> {
  // One that had failed before a restart fails the others before they begin.
  for (const index of inputs.keys()) {
    const child = childId(frame.id, index);
    throwIfFailed(child, outcomeOf(run.find(child)));
  }
  const queue = inputs.keys();
  const worker = async (): Promise<void> => {
    for (const index of queue) {
      const child = childId(frame.id, index);
      if (run.find(child) === undefined) run.transact(signal, await begin(run, frame, inputs, index));
      throwIfFailed(child, await run.drive(child, signal));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, inputs.length) }, worker));
}

const outcomeOf = (child: Frame | undefined): Outcome | undefined =>
  child?.at.phase === 'ended' ? child.at.outcome : undefined;

function throwIfFailed(child: string, outcome: Outcome | undefined): void {
  if (outcome !== undefined && 'failure' in outcome) throw new ChildFailed(child, outcome.failure);
}

async function begin(run: Run, frame: Frame, inputs: Children['inputs'], index: number): Promise<Note> {
  const state = run.stateOf(frame);
  const value = inputs[index] ?? null;
  const isMap = state.Type === 'Map';
  const names = run.names(frame, {}, { Map: { Item: { Index: index, Value: value } } });
  const selector = isMap ? state.ItemSelector : undefined;
  const child = newFrame({
    id: childId(frame.id, index),
    item: isMap ? { name: frame.state, index, value } : undefined,
    state: innerMachines(state)[isMap ? 0 : index]?.StartAt ?? '',
    input: selector === undefined ? value : await evaluate(selector, 'ItemSelector', names),
    lastEvent: frame.lastEvent,
  });
  return (draft) => {
    draft.put(child);
    draft.iterationEvent(child, 'Started');
  };
}

function succeed(run: Run, frame: Frame, { inputs }: Children): Note {
  const children = inputs.map((_, index) => run.frame(childId(frame.id, index)));
  const outcomes = children.map(outcomeOf);
  const result = outcomes.map((outcome) => (outcome !== undefined && 'output' in outcome ? outcome.output : null));
  assertSize(result, frame.state);
  return (draft) => {
    draft.patch(frame.id, { lastEvent: Math.max(frame.lastEvent, ...children.map(({ lastEvent }) => lastEvent)) });
    draft.event(frame.id, `${run.stateOf(frame).Type}StateSucceeded`);
    draft.removeInside(frame.id);
    draft.patch(frame.id, { children: undefined, at: { phase: 'result', result } });
  };
}

/** Ends what still runs beside the child that failed, and with it the state. The frames stay, for a redrive. */
const fail =
  (run: Run, frame: Frame, error: ChildFailed | StateError): Note =>
  (draft) => {
    // Innermost first: what a state contains is aborted before the state.
    const order = (one: Frame, other: Frame): number => other.id.localeCompare(one.id, 'en', { numeric: true });
    for (const inner of draft.inside(frame.id).sort(order)) abort(draft, run, inner, frame.id);
    if (error instanceof StateError) {
      ownFailure(frame, error)(draft);
      return;
    }
    const { lastEvent } = draft.frame(error.child);
    draft.patch(frame.id, { lastEvent, at: { phase: 'failed', failure: error.failure } });
  };

const abortable: ReadonlySet<State['Type']> = new Set(['Task', 'Wait', 'Map', 'Parallel']);

function abort(draft: Draft, run: Run, inner: Frame, around: string): void {
  const { Type } = run.stateOf(inner);
  const outcome = outcomeOf(inner);
  if (outcome === undefined) {
    draft.abandon(inner);
    if (abortable.has(Type) && inner.at.phase !== 'enter') draft.event(inner.id, `${Type}StateAborted`);
    draft.iterationEvent(inner, 'Aborted');
    return;
  }
  // The task that fails a Parallel's branch counts as aborted too, unlike the one that fails a Map's iteration.
  const failedTask = 'failure' in outcome && Type === 'Task' && inner.item === undefined;
  if (failedTask && scopeOf(inner.id).at(-2) === around) draft.event(inner.id, `${Type}StateAborted`);
}
