/** Map iterations and Parallel branches: frames of their own, run at the same time, one result. */
import { reasonOf } from './clock.ts';
import type { Json, State } from './definition.ts';
import { innerMachine } from './definition.ts';
import type { Draft } from './draft.ts';
import { mapIteration, stateAborted } from './events.ts';
import { assertSize, recordFailure } from './exit.ts';
import { QueryError, type Failure } from './failure.ts';
import type { Frame, Outcome } from './frame.ts';
import { childId, childless } from './frame.ts';
import { evaluate } from './query.ts';
import type { Run } from './run.ts';

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
export async function runChildren(run: Run, frame: Frame, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  try {
    await runAll(run, frame, AbortSignal.any([signal, stop.signal]));
  } catch (error) {
    if (signal.aborted) throw reasonOf(signal);
    stop.abort(error);
    if (!(error instanceof ChildFailed || error instanceof QueryError)) throw error;
    run.transact(signal, (draft) => {
      fail(draft, run, frame, error);
    });
    return;
  }
  succeed(run, frame, signal);
}

async function runAll(run: Run, frame: Frame, signal: AbortSignal): Promise<void> {
  const { count, concurrency } = frame.children ?? { count: 0, concurrency: 0 };
  const indexes = Array.from({ length: count }, (_, index) => index);
  for (const index of indexes) throwIfFailed(childId(frame.id, index), outcomeOf(run, childId(frame.id, index)));
  const queue = indexes.values();
  const worker = async (): Promise<void> => {
    for (const index of queue) {
      const child = childId(frame.id, index);
      if (run.find(child) === undefined) await begin(run, frame, index, signal);
      throwIfFailed(child, await run.drive(child, signal));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, worker));
}

function outcomeOf(run: Run, child: string): Outcome | undefined {
  const at = run.find(child)?.at;
  return at?.phase === 'ended' ? at.outcome : undefined;
}

function throwIfFailed(child: string, outcome: Outcome | undefined): void {
  if (outcome !== undefined && 'failure' in outcome) throw new ChildFailed(child, outcome.failure);
}

async function begin(run: Run, frame: Frame, index: number, signal: AbortSignal): Promise<void> {
  const state = run.stateOf(frame);
  const { inputs = [] } = frame.children ?? {};
  const isMap = state.Type === 'Map';
  const value = inputs[isMap ? index : 0] ?? null;
  const input =
    isMap && state.ItemSelector !== undefined ? await select(run, frame, state.ItemSelector, { index, value }) : value;
  const id = childId(frame.id, index);
  run.transact(signal, (draft) => {
    draft.put({
      ...childless(frame),
      id,
      path: [...frame.path, { state: frame.state, index }],
      ...(isMap ? { item: { index, value } } : {}),
      state: innerMachine(state, index).StartAt,
      input,
      variables: {},
      at: { phase: 'enter' },
    });
    if (isMap) draft.event(id, mapIteration('Started', frame.state, index));
  });
}

function select(run: Run, frame: Frame, selector: Json, item: { index: number; value: Json }): Promise<Json> {
  const names = run.names(frame, {}, { Map: { Item: { Index: item.index, Value: item.value } } });
  return evaluate(selector, 'ItemSelector', names);
}

function succeed(run: Run, frame: Frame, signal: AbortSignal): void {
  const { count } = frame.children ?? { count: 0 };
  const children = Array.from({ length: count }, (_, index) => run.frame(childId(frame.id, index)));
  const result = children.map(({ at }) => (at.phase === 'ended' && 'output' in at.outcome ? at.outcome.output : null));
  assertSize(result, frame.state);
  run.transact(signal, (draft) => {
    draft.patch(frame.id, { lastEvent: Math.max(frame.lastEvent, ...children.map(({ lastEvent }) => lastEvent)) });
    draft.event(frame.id, { type: `${run.stateOf(frame).Type}StateSucceeded` });
    draft.removeInside(frame.id);
    draft.put({ ...childless(draft.frame(frame.id)), at: { phase: 'result', result } });
  });
}

/** Ends what still runs beside the child that failed, and with it the state. The frames stay, for a redrive. */
function fail(draft: Draft, run: Run, frame: Frame, error: ChildFailed | QueryError): void {
  // Innermost first: what a state contains is aborted before the state.
  for (const inner of draft.inside(frame.id).reverse()) abort(draft, run, inner, frame);
  if (error instanceof QueryError) {
    recordFailure(draft, frame.id, error);
    return;
  }
  draft.patch(frame.id, {
    lastEvent: draft.frame(error.child).lastEvent,
    at: { phase: 'failed', failure: error.failure },
  });
}

const abortable: ReadonlySet<State['Type']> = new Set(['Task', 'Wait', 'Map', 'Parallel']);

function abort(draft: Draft, run: Run, inner: Frame, around: Frame): void {
  const { Type } = run.stateOf(inner);
  const ended = inner.at.phase === 'ended';
  // The task that fails a Parallel's branch counts as aborted too, unlike the one that fails a Map's iteration.
  const failedTask = ended && inner.item === undefined && Type === 'Task' && hasFailed(inner);
  if (failedTask && inner.path.length === around.path.length + 1) draft.event(inner.id, stateAborted(Type));
  if (ended) return;
  draft.abandon(inner);
  if (abortable.has(Type) && inner.at.phase !== 'enter') draft.event(inner.id, stateAborted(Type));
  const place = inner.path.at(-1);
  if (inner.item !== undefined && place !== undefined)
    draft.event(inner.id, mapIteration('Aborted', place.state, place.index));
}

const hasFailed = ({ at }: Frame): boolean => at.phase === 'ended' && 'failure' in at.outcome;
