/** What an execution has to remember: one frame for each machine that is under way, and the history. All of it is JSON. */
import type { Json, JsonObject } from './definition.ts';
import type { Failure } from './failure.ts';

/**
 * Where one machine stands: the state machine itself (id `0`), or one Map iteration or Parallel branch (id of the frame
 * around it, a dot, its index). Everything that a step needs is in here, so that a step can be done again after a kill.
 */
export interface Frame {
  readonly id: string;
  /** Of a Map iteration; `name` is the Map state's. */
  readonly item?: { readonly name: string; readonly index: number; readonly value: Json } | undefined;
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
  readonly children?: Children | undefined;
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
  | { readonly phase: 'failed'; readonly failure: Failure; readonly final?: boolean }
  | { readonly phase: 'retry'; readonly until: number }
  | { readonly phase: 'ended'; readonly outcome: Outcome };

export type Outcome = { readonly output: Json } | { readonly failure: Failure };

export interface Children {
  /** Of each child in order. */
  readonly inputs: readonly Json[];
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
  readonly token?: string | undefined;
  readonly timeoutAt?: number | undefined;
  readonly heartbeat?: { readonly seconds: number; readonly last: number } | undefined;
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
  readonly details?: Readonly<Record<string, Details>>;
}
export type Details = Readonly<Record<string, Json | undefined>>;

export interface Unsuccessful extends Failure {
  readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED';
}
export type End = { readonly status: 'SUCCEEDED'; readonly output: Json } | Unsuccessful;

export const rootId = '0';

export const childId = (parent: string, index: number): string => `${parent}.${index}`;

/** The ids of a frame and of those around it, outermost first. */
export const scopeOf = (id: string): string[] =>
  id.split('.').map((_, depth, all) => all.slice(0, depth + 1).join('.'));

export const newFrame = (place: Pick<Frame, 'id' | 'item' | 'state' | 'input' | 'lastEvent'>): Frame => ({
  ...place,
  variables: {},
  entered: { event: 0, time: 0 },
  retried: [],
  retryCount: 0,
  at: { phase: 'enter' },
});

/**
 * The frames of an execution that failed, timed out or was aborted, set to go on: states that did not succeed start
 * over with the same input and fresh retries, iterations and branches that did succeed stay as they are.
 */
export const redriven = (frames: readonly Frame[]): Frame[] =>
  frames.map((frame) => {
    const { at } = frame;
    const done = at.phase === 'ended' ? 'output' in at.outcome : at.phase === 'result' || at.phase === 'enter';
    const phase = frame.children === undefined ? 'work' : 'children';
    return done ? frame : { ...frame, retried: [], retryCount: 0, at: { phase } };
  });
