/** One attempt of a Task state: the call, its deadlines, the events. */
import { aborted } from './clock.ts';
import type { Json } from './definition.ts';
import { taskEvent, taskFailure, taskOutput } from './events.ts';
import { assertSize } from './exit.ts';
import { TaskError, type Failure } from './failure.ts';
import { phase, type Attempt, type Frame } from './frame.ts';
import type { Run } from './run.ts';

class TimedOut extends Error {
  override readonly name = 'TimedOut';
  readonly error: 'States.Timeout' | 'States.HeartbeatTimeout';

  constructor(error: 'States.Timeout' | 'States.HeartbeatTimeout') {
    super(error);
    this.error = error;
  }
}

/** Goes on with an attempt that was scheduled, perhaps by a process before this one. */
export async function runTask(run: Run, frame: Frame, signal: AbortSignal): Promise<void> {
  const { attempt } = phase(frame, 'task');
  const over = new AbortController();
  const inner = AbortSignal.any([signal, over.signal]);
  try {
    const result = await Promise.race([
      perform(run, frame, attempt, inner),
      ...deadlines(run, frame, attempt, inner),
      aborted(inner),
    ]);
    assertSize(result, attempt.resource);
    run.transact(signal, (draft) => {
      draft.event(frame.id, taskEvent('Succeeded', attempt, taskOutput(result)));
      draft.patch(frame.id, { at: { phase: 'result', result } });
    });
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof TimedOut) timeOut(run, frame, error, signal);
    else if (error instanceof TaskError) fail(run, frame, error, signal);
    else throw error;
  } finally {
    over.abort(new Error('The attempt is over.'));
  }
}

async function perform(run: Run, frame: Frame, attempt: Attempt, signal: AbortSignal): Promise<Json> {
  const submitted = (output: Json): void => {
    run.transact(signal, (draft) => {
      const { at } = draft.frame(frame.id);
      if (at.phase !== 'task') return;
      draft.event(frame.id, taskEvent('Submitted', attempt, taskOutput(output)));
      draft.patch(frame.id, { at: { ...at, attempt: { ...at.attempt, submitted: output } } });
    });
  };
  const call = { execution: run.execution, attempt, resumed: run.isResumed(attempt), submitted };
  if (attempt.token === undefined) return run.around.task(call, signal);
  if (attempt.submitted === undefined) submitted(await run.around.task(call, signal));
  const answer = await run.answerTo(frame.id, signal);
  if ('output' in answer) return answer.output;
  throw new TaskError(answer.failure.error ?? '', answer.failure.cause);
}

function deadlines(run: Run, frame: Frame, attempt: Attempt, signal: AbortSignal): Promise<never>[] {
  const { clock } = run.around;
  const timeout = async (at: number): Promise<never> => {
    await clock.until(at, signal);
    throw new TimedOut('States.Timeout');
  };
  const silence = async (seconds: number): Promise<never> => {
    for (;;) {
      const { at } = run.frame(frame.id);
      const last = at.phase === 'task' ? (at.attempt.heartbeat?.last ?? 0) : 0;
      if (clock.now() >= last + seconds * 1000) throw new TimedOut('States.HeartbeatTimeout');
      await clock.until(last + seconds * 1000, signal);
    }
  };
  return [
    ...(attempt.timeoutAt === undefined ? [] : [timeout(attempt.timeoutAt)]),
    ...(attempt.heartbeat === undefined || attempt.token === undefined ? [] : [silence(attempt.heartbeat.seconds)]),
  ];
}

function timeOut(run: Run, frame: Frame, { error }: TimedOut, signal: AbortSignal): void {
  run.transact(signal, (draft) => {
    const now = draft.frame(frame.id);
    const failure: Failure = { error };
    if (now.at.phase === 'task') draft.event(frame.id, taskEvent('TimedOut', now.at.attempt, taskFailure(failure)));
    draft.abandon(now);
    draft.patch(frame.id, { at: { phase: 'failed', failure } });
  });
}

function fail(run: Run, frame: Frame, error: TaskError, signal: AbortSignal): void {
  const failure: Failure = { error: error.error, ...(error.message === '' ? {} : { cause: error.message }) };
  run.transact(signal, (draft) => {
    const { at } = draft.frame(frame.id);
    if (at.phase !== 'task') return;
    const job = /\.(sync(:2)?|waitForTaskToken)$/.test(at.attempt.resource);
    const what = job && at.attempt.submitted === undefined ? 'SubmitFailed' : 'Failed';
    draft.event(frame.id, taskEvent(what, at.attempt, taskFailure(failure)));
    draft.patch(frame.id, { at: { phase: 'failed', failure } });
  });
}
