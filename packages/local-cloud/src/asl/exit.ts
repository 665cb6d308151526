/** How a state is left or fails, and how a frame ends. */
import type { Json, JsonObject } from './definition.ts';
import { text, type Note } from './draft.ts';
import { StateError } from './failure.ts';
import { rootId, type Frame, type Outcome, type Position } from './frame.ts';
import { evaluate, type Names } from './query.ts';
import type { Run } from './run.ts';

/** Bytes of UTF-8 that a state's input, output, arguments or assignments may have. */
export const dataLimit = 262_144;

export const moveTo =
  (frame: Frame, at: Position): Note =>
  (draft) => {
    draft.patch(frame.id, { at });
  };

interface Exit {
  readonly output: Json;
  readonly assigned: JsonObject;
}

/**
 * The Assign and Output of a state, a choice rule or a catcher. Both read the variables as they were on entry.
 * `prefix` leads to them from the state, e.g. `Catch[0]/`.
 */
export async function exitOf(
  { Assign = {}, Output }: { readonly Assign?: JsonObject | undefined; readonly Output?: Json | undefined },
  prefix: string,
  names: Names,
  otherwise: Json,
): Promise<Exit> {
  const assigned = (await evaluate(Assign, `${prefix}Assign`, names)) as JsonObject;
  const output = Output === undefined ? otherwise : await evaluate(Output, `${prefix}Output`, names);
  assertSize(assigned, 'Assign');
  assertSize(output, 'Output');
  return { assigned, output };
}

export function assertSize(value: Json, name: string): void {
  if (Buffer.byteLength(JSON.stringify(value)) <= dataLimit) return;
  throw new StateError(
    'States.DataLimitExceeded',
    `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

/** The frame goes on to `next`, or ends well without one. */
export function leave(run: Run, frame: Frame, exit: Exit & { readonly next: string | undefined }): Note {
  const { output, assigned, next } = exit;
  const assignedVariables = Object.fromEntries(
    Object.entries(assigned).map(([name, value]) => [name, JSON.stringify(value)]),
  );
  return (draft) => {
    draft.removeInside(frame.id);
    draft.event(frame.id, `${run.stateOf(frame).Type}StateExited`, {
      name: frame.state,
      ...text('output', output),
      ...(Object.keys(assigned).length === 0
        ? {}
        : { assignedVariables, assignedVariablesDetails: { truncated: false } }),
    });
    draft.patch(frame.id, { variables: { ...frame.variables, ...assigned }, children: undefined });
    if (next === undefined) finish(run, frame, { output })(draft);
    else draft.patch(frame.id, { state: next, input: output, at: { phase: 'enter' } });
  };
}

/** The frame ends, and with the outermost one the execution. */
export function finish(run: Run, frame: Frame, outcome: Outcome): Note {
  const failure = 'failure' in outcome ? outcome.failure : undefined;
  const { Type } = run.stateOf(frame);
  // A broken definition ends the execution without that event.
  const failedChildren = (Type === 'Map' || Type === 'Parallel') && failure?.error !== 'States.Runtime';
  return (draft) => {
    if (failure !== undefined && failedChildren) draft.event(frame.id, `${Type}StateFailed`, { ...failure });
    draft.patch(frame.id, { at: { phase: 'ended', outcome } });
    draft.iterationEvent(frame, failure === undefined ? 'Succeeded' : 'Failed');
    if (frame.id !== rootId) return;
    if ('output' in outcome) draft.event(frame.id, 'ExecutionSucceeded', text('output', outcome.output));
    else draft.event(frame.id, 'ExecutionFailed', { ...failure });
    draft.end = 'output' in outcome ? { ...outcome, status: 'SUCCEEDED' } : { ...failure, status: 'FAILED' };
  };
}

/** The present state fails by itself: its expressions, or the data it would hand on. */
export function ownFailure(frame: Frame, { error, message, location }: StateError): Note {
  const where = `An error occurred while executing the state '${frame.state}' (entered at the event id #${frame.entered.event}). `;
  const failure = { error, cause: error === 'States.DataLimitExceeded' ? message : where + message };
  // A catcher's own expressions are not caught again.
  const final = frame.at.phase === 'failed';
  return (draft) => {
    if (error === 'States.QueryEvaluationError')
      draft.event(frame.id, 'EvaluationFailed', { ...failure, location, state: frame.state });
    draft.patch(frame.id, { at: { phase: 'failed', failure, final } });
  };
}
