/** What an execution has to remember: one frame for each machine that is under way, and the history. All of it is JSON. */
import type { Json, JsonObject } from './definition.ts';
import type { Failure } from './failure.ts';

/**
 * Where one machine stands: the state machine itself (id `0`), or one Map iteration or Parallel branch (id of the frame
 * around it, a dot, its index). Everything that a step needs is in here, so that a step can be done again after a kill.
 */
export interface Frame {
  readonly id: string;
  /** The states, outermost first, whose iteration or branch this frame is. */
  readonly path: readonly { readonly state: string; readonly index: number }[];
  /** Of a Map iteration. */
  readonly item?: { readonly index: number; readonly value: Json };
  readonly state: string;
  readonly input: Json;
  /** Assigned in this frame; outer frames' variables are read through their frames. */
  readonly variables: JsonObject;
  /** The event that the next event of this frame follows. */
  readonly lastEvent: number;
  readonly entered: { readonly event: number; readonly time: number };
  /** How often each retrier of the present state was used. */
  readonly retried: readonly number[];
  readonly retryCount: number;
  readonly children?: Children;
  readonly at: Position;
}

export type Position =
  | { readonly phase: 'enter' }
  /** Entered: the state's own fields are evaluated and its work is started. */
  | { readonly phase: 'work' }
  | { readonly phase: 'wait'; readonly until: number }
  | { readonly phase: 'task'; readonly attempt: Attempt }
  | { readonly phase: 'children' }
  /** The work is done: Assign and Output are due. `result` is absent where the state type has none. */
  | { readonly phase: 'result'; readonly result?: Json }
  /** Retry and Catch are due, unless nothing may take this failure. */
  | { readonly phase: 'failed'; readonly failure: Failure; readonly final?: true }
  | { readonly phase: 'retry'; readonly until: number }
  | { readonly phase: 'ended'; readonly outcome: Outcome };

export type Outcome = { readonly output: Json } | { readonly failure: Failure };

export interface Children {
  /** The items of a Map, the one input of a Parallel's branches. */
  readonly inputs: readonly Json[];
  readonly count: number;
  /** How many run at the same time. */
  readonly concurrency: number;
}

/** One try of a Task state, from its TaskScheduled event on. */
export interface Attempt {
  /** `<frame>:<entered event>:<retries>:<redrives>`: unique within the execution. */
  readonly id: string;
  readonly state: string;
  readonly resource: string;
  readonly arguments: Json;
  readonly token?: string;
  readonly timeoutAt?: number;
  readonly heartbeat?: { readonly seconds: number; readonly last: number };
  /** What the called service answered when it took the job or the token. */
  readonly submitted?: Json;
  /** What came back with the task token. */
  readonly answer?: Outcome;
}

/** One entry of GetExecutionHistory, but for `timestamp`, here in epoch milliseconds. */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: number;
  readonly type: string;
  /** The one `...EventDetails` member. */
  readonly details?: Readonly<Record<string, JsonObject>>;
}

export type End =
  | { readonly status: 'SUCCEEDED'; readonly output: Json }
  | { readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED'; readonly error?: string; readonly cause?: string };

export const rootId = '0';

export const childId = (parent: string, index: number): string => `${parent}.${index}`;

/** The frame ids around `id`, outermost first. */
export function ancestors(id: string): string[] {
  const parts = id.split('.');
  return parts.slice(0, -1).map((_, depth) => parts.slice(0, depth + 1).join('.'));
}

export const rootFrame = (startAt: string, input: Json): Frame => ({
  id: rootId,
  path: [],
  state: startAt,
  input,
  variables: {},
  lastEvent: 0,
  entered: { event: 0, time: 0 },
  retried: [],
  retryCount: 0,
  at: { phase: 'enter' },
});

/** `frame` without its inner machines, e.g. before they start anew. */
export function childless(frame: Frame): Frame {
  const copy: { -readonly [Member in keyof Frame]: Frame[Member] } = { ...frame };
  delete copy.children;
  return copy;
}

/** The frame's position, which its caller has told apart by its phase. */
export function phase<P extends Position['phase']>(frame: Frame, wanted: P): Extract<Position, { phase: P }> {
  if (frame.at.phase !== wanted) throw new Error(`The frame ${frame.id} is not at ${wanted}.`);
  return frame.at as Extract<Position, { phase: P }>;
}
