/** One execution under way: drives its frames step by step, each step's outcome being journalled before the next. */
import { EventEmitter, once } from 'node:events';
import type { Clock } from './clock.ts';
import { innerMachines, type Json, type Machine, type State } from './definition.ts';
import { Draft, text, type Change, type Note } from './draft.ts';
import { StateError, type Failure } from './failure.ts';
import type { Attempt, End, Frame, Outcome, Unsuccessful } from './frame.ts';
import { newFrame, rootId, scopeOf } from './frame.ts';
import type { Names } from './query.ts';
import { ownFailure } from './exit.ts';
import { step } from './steps.ts';

/** What an execution is, apart from how far it has come. Times are epoch milliseconds. */
export interface Execution {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly input: Json;
  readonly roleArn: string;
  readonly startTime: number;
  readonly redriveCount: number;
  readonly redriveTime?: number | undefined;
  readonly machine: { readonly id: string; readonly name: string };
  readonly definition: Machine;
}

/** What an execution has come to; without frames it has not begun. */
export interface Progress {
  readonly frames: readonly Frame[];
  readonly lastEvent: number;
}

/** One attempt of a Task, as the service that does it sees it. */
export interface TaskCall {
  readonly execution: Execution;
  readonly attempt: Attempt;
  /** True when a process before this one may already have made the call. */
  readonly resumed: boolean;
  /** To be called once when a job was taken: journals TaskSubmitted, so that the job is found again after a kill. */
  submitted(output: Json): void;
}

export interface Surroundings {
  readonly clock: Clock;
  /** Does the task; throws TaskError. Rejects when `signal` aborts, and then undoes nothing: see `Change.abandoned`. */
  task(call: TaskCall, signal: AbortSignal): Promise<Json>;
  /** Makes the change durable, all or nothing, before it returns. */
  commit(change: Change): void;
  /** In [0, 1): jitter. */
  readonly random: () => number;
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html (some are left for the ending) */
const historyLimit = 25_000;

const endEvents = { FAILED: 'ExecutionFailed', TIMED_OUT: 'ExecutionTimedOut', ABORTED: 'ExecutionAborted' };

export class Run {
  readonly execution: Execution;
  readonly around: Surroundings;
  /** The attempts that a process before this one scheduled. */
  readonly resumed: ReadonlySet<string>;
  readonly #halt = new AbortController();
  /** Emits the id of an attempt when its answer is there. */
  readonly #answers = new EventEmitter();
  #frames: ReadonlyMap<string, Frame>;
  #lastEvent: number;
  #end: End | undefined;

  constructor(execution: Execution, { frames, lastEvent }: Progress, around: Surroundings) {
    this.execution = execution;
    this.around = around;
    this.resumed = new Set(frames.flatMap(({ at }) => (at.phase === 'task' ? [at.attempt.id] : [])));
    this.#frames = new Map(frames.map((frame) => [frame.id, frame]));
    this.#lastEvent = lastEvent;
  }

  /** Runs until the execution has ended; undefined when it was halted before. */
  async finish(): Promise<End | undefined> {
    const { signal } = this.#halt;
    try {
      if (this.#frames.size === 0) this.#begin();
      await Promise.race([this.drive(rootId, signal), this.#expire(signal)]);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.halt();
    }
    return this.#end;
  }

  /** Stops working without an end: a later run goes on from the journal. */
  halt(): void {
    this.#halt.abort(new Error('The execution is not run any further.'));
  }

  /** StopExecution. */
  stop(failure: Failure): void {
    this.#endWith({ ...failure, status: 'ABORTED' });
  }

  frame(id: string): Frame {
    const frame = this.find(id);
    if (frame === undefined) throw new Error(`The execution ${this.execution.id} has no frame ${id}.`);
    return frame;
  }

  find(id: string): Frame | undefined {
    return this.#frames.get(id);
  }

  stateOf({ id, state: name }: Frame): State {
    const state = this.#machineOf(id).States[name];
    if (state === undefined) throw new Error(`There is no state ${name}.`);
    return state;
  }

  /** The machine that the frame `id` runs. */
  #machineOf(id: string): Machine {
    const around = scopeOf(id).at(-2);
    if (around === undefined) return this.execution.definition;
    const state = this.stateOf(this.frame(around));
    const machine = innerMachines(state)[state.Type === 'Map' ? 0 : Number(id.slice(around.length + 1))];
    if (machine === undefined) throw new Error(`The frame ${id} is in a state that has no inner machine.`);
    return machine;
  }

  /** What the expressions of `frame`'s state may name; `states` adds to `$states`, `context` to `$states.context`. */
  names({ id, state, input, entered, retryCount }: Frame, states: Names['states'] = {}, context = {}): Names {
    const scope = scopeOf(id).map((each) => this.frame(each));
    const { item } = scope.findLast((each) => each.item !== undefined) ?? {};
    const { execution } = this;
    const { redriveTime } = execution;
    return {
      variables: Object.assign({}, ...scope.map(({ variables }) => variables)) as Record<string, Json>,
      states: {
        input,
        context: {
          Execution: {
            Id: execution.id,
            Input: execution.input,
            Name: execution.name,
            RoleArn: execution.roleArn,
            StartTime: isoTime(execution.startTime),
            RedriveCount: execution.redriveCount,
            ...(redriveTime === undefined ? {} : { RedriveTime: isoTime(redriveTime) }),
          },
          State: { EnteredTime: isoTime(entered.time), Name: state, RetryCount: retryCount },
          StateMachine: { Id: execution.machine.id, Name: execution.machine.name },
          ...(item === undefined ? {} : { Map: { Item: { Index: item.index, Value: item.value } } }),
          ...context,
        },
        ...states,
      },
      now: this.around.clock.now(),
    };
  }

  /** Journals what `note` says, then takes it over. Nothing of an aborted scope is ever journalled. */
  transact(signal: AbortSignal, note: Note): void {
    signal.throwIfAborted();
    const draft = new Draft(this.#frames, this.#lastEvent, this.around.clock.now());
    note(draft);
    this.around.commit(draft.change());
    this.#frames = draft.frames;
    this.#lastEvent = draft.lastEvent;
    this.#end = draft.end;
  }

  /** Runs one frame to its end. */
  async drive(id: string, signal: AbortSignal): Promise<Outcome> {
    for (;;) {
      const frame = this.frame(id);
      if (frame.at.phase === 'ended') return frame.at.outcome;
      if (this.#lastEvent > historyLimit - 10) {
        const cause = `The execution reached the maximum number of history events (${historyLimit}).`;
        this.#endWith({ status: 'FAILED', error: 'States.Runtime', cause });
      }
      this.transact(signal, await this.#step(frame, signal));
    }
  }

  async #step(frame: Frame, signal: AbortSignal): Promise<Note> {
    signal.throwIfAborted();
    try {
      return await step(this, frame, signal);
    } catch (error) {
      if (error instanceof StateError) return ownFailure(frame, error);
      throw error;
    }
  }

  /** SendTaskSuccess, SendTaskFailure: false when the attempt is over. */
  answer(attemptId: string, answer: Outcome): boolean {
    const known = this.#amend(attemptId, (attempt) => ({ ...attempt, answer }));
    this.#answers.emit(attemptId);
    return known;
  }

  /** SendTaskHeartbeat: false when the attempt is over. */
  heartbeat(attemptId: string): boolean {
    const last = this.around.clock.now();
    return this.#amend(attemptId, (attempt) => ({
      ...attempt,
      heartbeat: attempt.heartbeat && { ...attempt.heartbeat, last },
    }));
  }

  /** What comes back with the token of the attempt that `frameId` is at. */
  async answerTo(frameId: string, signal: AbortSignal): Promise<Outcome> {
    const { at } = this.frame(frameId);
    if (at.phase !== 'task') throw new Error('The frame waits for no answer.');
    if (at.attempt.answer !== undefined) return at.attempt.answer;
    await once(this.#answers, at.attempt.id, { signal });
    return this.answerTo(frameId, signal);
  }

  #amend(attemptId: string, change: (attempt: Attempt) => Attempt): boolean {
    const { id = '', at } = this.find(attemptId.slice(0, attemptId.indexOf(':'))) ?? {};
    if (at?.phase !== 'task' || at.attempt.id !== attemptId || at.attempt.answer !== undefined) return false;
    this.transact(this.#halt.signal, (draft) => {
      draft.patch(id, { at: { ...at, attempt: change(at.attempt) } });
    });
    return true;
  }

  #begin(): void {
    const { input, roleArn, definition } = this.execution;
    this.transact(this.#halt.signal, (draft) => {
      draft.put(newFrame({ id: rootId, state: definition.StartAt, input, lastEvent: 0 }));
      draft.event(rootId, 'ExecutionStarted', { ...text('input', input), roleArn });
      // AWS's first state follows nothing.
      draft.patch(rootId, { lastEvent: 0 });
    });
  }

  async #expire(signal: AbortSignal): Promise<void> {
    const { definition, startTime, redriveTime } = this.execution;
    const seconds = definition.TimeoutSeconds;
    if (seconds === undefined) return new Promise(() => undefined);
    await this.around.clock.until((redriveTime ?? startTime) + seconds * 1000, signal);
    this.#endWith({ status: 'TIMED_OUT', error: 'States.Timeout' });
  }

  #endWith(end: Unsuccessful): void {
    const { status, ...failure } = end;
    this.transact(this.#halt.signal, (draft) => {
      draft.event(rootId, endEvents[status], failure);
      draft.abandonAll();
      draft.end = end;
    });
    this.halt();
  }
}

const isoTime = (time: number): string => new Date(time).toISOString();
