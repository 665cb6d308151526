/** One execution under way: drives its frames step by step, each step's outcome being journalled before the next. */
import type { Clock } from './clock.ts';
import { aborted, reasonOf } from './clock.ts';
import type { Json, Machine, State } from './definition.ts';
import { innerMachine } from './definition.ts';
import { Draft, type Change } from './draft.ts';
import { executionAborted, executionFailed, executionStarted, executionTimedOut } from './events.ts';
import { recordFailure } from './exit.ts';
import { QueryError, TerminalError, type Failure } from './failure.ts';
import type { Attempt, End, Frame, Outcome } from './frame.ts';
import { ancestors, rootFrame, rootId } from './frame.ts';
import type { Names } from './query.ts';
import { steps } from './steps.ts';

/** What an execution is, apart from how far it has come. Times are epoch milliseconds. */
export interface Execution {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly input: Json;
  readonly roleArn: string;
  readonly startTime: number;
  readonly redriveCount: number;
  readonly redriveTime?: number;
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

/** Thrown into steps that are under way when their execution, or the state around them, is over. */
class Halted extends Error {
  override readonly name = 'Halted';
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html (some are left for the ending) */
const historyLimit = 25_000;

export class Run {
  readonly execution: Execution;
  readonly around: Surroundings;
  readonly #frames: Map<string, Frame>;
  readonly #halt = new AbortController();
  readonly #fresh = new Set<string>();
  readonly #answers = new Map<string, () => void>();
  #lastEvent: number;
  #end: End | undefined;

  constructor(execution: Execution, progress: Progress, around: Surroundings) {
    this.execution = execution;
    this.around = around;
    this.#frames = new Map(progress.frames.map((frame) => [frame.id, frame]));
    this.#lastEvent = progress.lastEvent;
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
    this.#halt.abort(new Halted('The execution is not run any further.'));
  }

  /** StopExecution. */
  stop(failure: Failure): void {
    this.#endWith({ status: 'ABORTED', ...failure });
  }

  frame(id: string): Frame {
    const frame = this.#frames.get(id);
    if (frame === undefined) throw new Error(`The execution ${this.execution.id} has no frame ${id}.`);
    return frame;
  }

  find(id: string): Frame | undefined {
    return this.#frames.get(id);
  }

  /** The machine that `frame` runs. */
  machineOf(frame: Frame): Machine {
    return frame.path.reduce(
      (machine, { state, index }) => innerMachine(machine.States[state], index),
      this.execution.definition,
    );
  }

  stateOf(frame: Frame): State {
    const state = this.machineOf(frame).States[frame.state];
    if (state === undefined) throw new Error(`There is no state ${frame.state}.`);
    return state;
  }

  /** What the expressions of `frame`'s state may name; `states` adds to `$states`, `context` to `$states.context`. */
  names(frame: Frame, states: Record<string, Json> = {}, context: Record<string, Json> = {}): Names {
    const outer = ancestors(frame.id).map((id) => this.frame(id));
    const { item } = [...outer, frame].findLast((each) => each.item !== undefined) ?? {};
    const { execution } = this;
    return {
      variables: Object.assign({}, ...[...outer, frame].map(({ variables }) => variables)) as Record<string, Json>,
      states: {
        input: frame.input,
        context: {
          Execution: {
            Id: execution.id,
            Input: execution.input,
            Name: execution.name,
            RoleArn: execution.roleArn,
            StartTime: isoTime(execution.startTime),
            RedriveCount: execution.redriveCount,
            ...(execution.redriveTime === undefined ? {} : { RedriveTime: isoTime(execution.redriveTime) }),
          },
          State: { EnteredTime: isoTime(frame.entered.time), Name: frame.state, RetryCount: frame.retryCount },
          StateMachine: { Id: execution.machine.id, Name: execution.machine.name },
          ...(item === undefined ? {} : { Map: { Item: { Index: item.index, Value: item.value } } }),
          ...context,
        },
        ...states,
      },
      now: this.around.clock.now(),
    };
  }

  /** Journals what `work` notes in its draft, then takes it over. Nothing of an aborted scope is ever journalled. */
  transact(signal: AbortSignal, work: (draft: Draft) => void): void {
    if (signal.aborted) throw reasonOf(signal);
    const draft = new Draft(this.#frames, this.#lastEvent, this.around.clock.now());
    work(draft);
    const change = draft.change();
    this.around.commit(change);
    for (const frame of change.frames) this.#frames.set(frame.id, frame);
    for (const id of change.removed) this.#frames.delete(id);
    this.#lastEvent = draft.lastEvent;
    this.#end = change.end;
  }

  /** Runs one frame to its end. */
  async drive(id: string, signal: AbortSignal): Promise<Outcome> {
    for (;;) {
      const frame = this.frame(id);
      if (frame.at.phase === 'ended') return frame.at.outcome;
      if (this.#lastEvent > historyLimit - 10) {
        this.#endWith({
          status: 'FAILED',
          error: 'States.Runtime',
          cause: `The execution reached the maximum number of history events (${historyLimit}).`,
        });
      }
      await this.#step(frame, signal);
      if (signal.aborted) throw reasonOf(signal);
    }
  }

  /** Marks an attempt as begun by this process. */
  begun(attempt: Attempt): void {
    this.#fresh.add(attempt.id);
  }

  isResumed(attempt: Attempt): boolean {
    return !this.#fresh.has(attempt.id);
  }

  /** SendTaskSuccess, SendTaskFailure: false when the attempt is over. */
  answer(attemptId: string, answer: Outcome): boolean {
    const known = this.#attempt(attemptId, (attempt) => ({ ...attempt, answer }));
    if (known) this.#answers.get(attemptId)?.();
    return known;
  }

  /** SendTaskHeartbeat: false when the attempt is over. */
  heartbeat(attemptId: string): boolean {
    const last = this.around.clock.now();
    return this.#attempt(attemptId, (attempt) => ({
      ...attempt,
      ...(attempt.heartbeat === undefined ? {} : { heartbeat: { ...attempt.heartbeat, last } }),
    }));
  }

  /** What comes back with the token of the attempt that `frameId` is at. */
  async answerTo(frameId: string, signal: AbortSignal): Promise<Outcome> {
    for (;;) {
      const { at } = this.frame(frameId);
      if (at.phase !== 'task') throw new Error('The frame waits for no answer.');
      if (at.attempt.answer !== undefined) return at.attempt.answer;
      const { id } = at.attempt;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#answers.set(id, () => {
        resolve(undefined);
      });
      await Promise.race([promise, aborted(signal)]).finally(() => this.#answers.delete(id));
    }
  }

  #attempt(id: string, change: (attempt: Attempt) => Attempt): boolean {
    const frame = this.#frames.get(id.slice(0, id.indexOf(':')));
    if (frame?.at.phase !== 'task' || frame.at.attempt.id !== id || frame.at.attempt.answer !== undefined) return false;
    const at = { ...frame.at, attempt: change(frame.at.attempt) };
    this.transact(this.#halt.signal, (draft) => {
      draft.patch(frame.id, { at });
    });
    return true;
  }

  #begin(): void {
    const { input, roleArn, definition } = this.execution;
    this.transact(this.#halt.signal, (draft) => {
      draft.put(rootFrame(definition.StartAt, input));
      draft.event(rootId, executionStarted(input, roleArn));
      // AWS's first state follows nothing.
      draft.patch(rootId, { lastEvent: 0 });
    });
  }

  async #step(frame: Frame, signal: AbortSignal): Promise<void> {
    try {
      await steps[frame.at.phase](this, frame, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof QueryError || error instanceof TerminalError)) throw error;
      this.transact(signal, (draft) => {
        recordFailure(draft, frame.id, error);
      });
    }
  }

  async #expire(signal: AbortSignal): Promise<void> {
    const { definition, startTime, redriveTime } = this.execution;
    const seconds = definition.TimeoutSeconds;
    if (seconds === undefined) return new Promise(() => undefined);
    await this.around.clock.until((redriveTime ?? startTime) + seconds * 1000, signal);
    this.#endWith({ status: 'TIMED_OUT', error: 'States.Timeout' });
  }

  #endWith(end: End & Failure): void {
    const event = { ABORTED: executionAborted, TIMED_OUT: executionTimedOut, FAILED: executionFailed };
    if (end.status === 'SUCCEEDED') throw new Error('Only the last state ends an execution well.');
    const { status, ...failure } = end;
    this.transact(this.#halt.signal, (draft) => {
      draft.event(rootId, event[status](failure));
      draft.abandonAll();
      draft.end = end;
    });
    this.halt();
  }
}

const isoTime = (time: number): string => new Date(time).toISOString();
