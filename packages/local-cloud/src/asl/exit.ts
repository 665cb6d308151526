/** How a state is left or fails, and how a frame ends. */
import type { Json, JsonObject } from './definition.ts';
import type { Draft } from './draft.ts';
import {
  evaluationFailed,
  executionFailed,
  executionSucceeded,
  mapIteration,
  stateExited,
  type EventSpec,
} from './events.ts';
import { QueryError, TerminalError, type Failure } from './failure.ts';
import type { Outcome } from './frame.ts';
import { childless, rootId } from './frame.ts';
import { evaluate, type Names } from './query.ts';
import type { Run } from './run.ts';

/** Bytes of UTF-8 that a state's input, output, arguments or assignments may have. */
export const dataLimit = 262_144;

export interface ExitData {
  readonly output: Json;
  readonly assigned: JsonObject;
}

/**
 * The Assign and Output of a state, a choice rule or a catcher. Both read the variables as they were on entry.
 * `prefix` leads to them from the state, e.g. `Catch[0]/`.
 */
export async function exitOf(
  fields: { readonly Assign?: JsonObject | undefined; readonly Output?: Json | undefined },
  prefix: string,
  names: Names,
  otherwise: Json,
): Promise<ExitData> {
  const assigned = await evaluate(fields.Assign ?? {}, `${prefix}Assign`, names);
  const output = fields.Output === undefined ? otherwise : await evaluate(fields.Output, `${prefix}Output`, names);
  assertSize(assigned, 'Assign');
  assertSize(output, 'Output');
  return { assigned: assigned as JsonObject, output };
}

export function assertSize(value: Json, name: string): void {
  if (Buffer.byteLength(JSON.stringify(value)) <= dataLimit) return;
  throw new TerminalError(
    'States.DataLimitExceeded',
    `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

/** Notes that the frame goes on to `next`, or ends well without one. */
export function leave(
  draft: Draft,
  run: Run,
  frameId: string,
  exit: ExitData & { readonly next: string | undefined },
): void {
  const frame = draft.frame(frameId);
  const { Type } = run.stateOf(frame);
  draft.event(frameId, stateExited(Type, { name: frame.state, output: exit.output, assigned: exit.assigned }));
  const variables = { ...frame.variables, ...exit.assigned };
  if (exit.next === undefined) {
    draft.put({ ...childless(draft.frame(frameId)), variables });
    finish(draft, run, frameId, { output: exit.output });
    return;
  }
  draft.put({
    ...childless(draft.frame(frameId)),
    variables,
    state: exit.next,
    input: exit.output,
    at: { phase: 'enter' },
  });
}

/** Notes that the frame has ended, and with the outermost one the execution. */
export function finish(draft: Draft, run: Run, frameId: string, outcome: Outcome): void {
  const frame = draft.frame(frameId);
  if ('failure' in outcome) failedChildren(draft, run, frameId, outcome);
  draft.patch(frameId, { at: { phase: 'ended', outcome } });
  if (frameId === rootId) {
    draft.event(frameId, 'output' in outcome ? executionSucceeded(outcome.output) : executionFailed(outcome.failure));
    draft.end = 'output' in outcome ? { status: 'SUCCEEDED', ...outcome } : { status: 'FAILED', ...outcome.failure };
    return;
  }
  const around = frame.path.at(-1);
  if (frame.item === undefined || around === undefined) return;
  draft.event(frameId, mapIteration('output' in outcome ? 'Succeeded' : 'Failed', around.state, around.index));
}

/** The Map or Parallel that fails its frame; a broken definition (States.Runtime) ends the execution without that event. */
function failedChildren(draft: Draft, run: Run, frameId: string, { failure }: { failure: Failure }): void {
  const { Type } = run.stateOf(draft.frame(frameId));
  if ((Type !== 'Map' && Type !== 'Parallel') || failure.error === 'States.Runtime') return;
  const event: EventSpec = {
    type: `${Type}StateFailed`,
    details: { [`${Type.toLowerCase()}StateFailedEventDetails`]: { ...failure } },
  };
  draft.event(frameId, event);
}

/** Notes that the present state of a frame failed by itself: its expressions, or the data it would hand on. */
export function recordFailure(draft: Draft, frameId: string, error: QueryError | TerminalError): void {
  const frame = draft.frame(frameId);
  const where = `An error occurred while executing the state '${frame.state}' (entered at the event id #${frame.entered.event}). `;
  // A catcher's own expressions are not caught again.
  const final = frame.at.phase === 'failed' ? { final: true as const } : {};
  if (error instanceof QueryError) {
    const failure = { error: 'States.QueryEvaluationError', cause: where + error.message };
    const location = error.location === undefined ? {} : { location: error.location };
    draft.event(frameId, evaluationFailed({ ...failure, ...location, state: frame.state }));
    draft.patch(frameId, { at: { phase: 'failed', failure, ...final } });
    return;
  }
  const cause = error.error === 'States.Runtime' ? where + error.message : error.message;
  draft.patch(frameId, { at: { phase: 'failed', failure: { error: error.error, cause }, ...final } });
}
