/** One attempt of a Task state: the call, its deadlines, the events. */
import { aborted } from './clock.ts';
import type { Json } from './definition.ts';
import { text, type Note } from './draft.ts';
import { TaskError } from './failure.ts';
import type { Attempt, Frame } from './frame.ts';
import type { Run } from './run.ts';
import { assertSize } from './exit.ts';

class TimedOut extends TaskError {
  override readonly name = 'TimedOut';
}

/** Goes on with an attempt that was scheduled, perhaps by a process before this one. */
export async function runTask(run: Run, frame: Frame, attempt: Attempt, signal: AbortSignal): Promise<Note> {
  const over = new AbortController();
  const inner = AbortSignal.any([signal, over.signal]);
  try {
    const result = await Promise.race([
      perform(run, frame, attempt, inner),
      ...deadlines(run, frame, attempt, inner),
      aborted(inner),
    ]);
    assertSize(result, attempt.resource);
    return (draft) => {
      draft.taskEvent(frame.id, 'Succeeded', attempt, text('output', result));
      draft.patch(frame.id, { at: { phase: 'result', result } });
    };
  } catch (error) {
    if (error instanceof TaskError) return failWith(frame, attempt, error);
    throw error;
  } finally {
    over.abort();
  }
}

async function perform(run: Run, { id }: Frame, attempt: Attempt, signal: AbortSignal): Promise<Json> {
  const submitted = (output: Json): void => {
    run.transact(signal, (draft) => {
      const { at } = draft.frame(id);
      if (at.phase !== 'task') return;
      draft.taskEvent(id, 'Submitted', attempt, text('output', output));
      draft.patch(id, { at: { ...at, attempt: { ...at.attempt, submitted: output } } });
    });
  };
  const call = { execution: run.execution, attempt, resumed: run.resumed.has(attempt.id), submitted };
  if (attempt.token === undefined) return run.around.task(call, signal);
  if (attempt.submitted === undefined) submitted(await run.around.task(call, signal));
  const answer = await run.answerTo(id, signal);
  if ('output' in answer) return answer.output;
  throw new TaskError(answer.failure.error ?? '', answer.failure.cause);
}

function deadlines(run: Run, { id }: Frame, attempt: Attempt, signal: AbortSignal): Promise<never>[] {
  const { clock } = run.around;
  const timeout = async (at: number): Promise<never> => {
    await clock.until(at, signal);
    throw new TimedOut('States.Timeout');
  };
  const silence = async (seconds: number): Promise<never> => {
    for (;;) {
      const { at } = run.frame(id);
      const end = ((at.phase === 'task' ? at.attempt.heartbeat?.last : undefined) ?? 0) + seconds * 1000;
      if (clock.now() >= end) throw new TimedOut('States.HeartbeatTimeout');
      await clock.until(end, signal);
    }
  };
  return [
    ...(attempt.timeoutAt === undefined ? [] : [timeout(attempt.timeoutAt)]),
    ...(attempt.heartbeat === undefined || attempt.token === undefined ? [] : [silence(attempt.heartbeat.seconds)]),
  ];
}

const failWith =
  (frame: Frame, attempt: Attempt, error: TaskError): Note =>
  (draft) => {
    const now = draft.frame(frame.id);
    const submitted = now.at.phase === 'task' && now.at.attempt.submitted !== undefined;
    const isJob = /\.(sync|waitForTaskToken)$/.test(attempt.resource);
    const failure = { error: error.error, cause: error.message === '' ? undefined : error.message };
    if (error instanceof TimedOut) draft.taskEvent(frame.id, 'TimedOut', attempt, failure);
    else draft.taskEvent(frame.id, isJob && !submitted ? 'SubmitFailed' : 'Failed', attempt, failure);
    if (error instanceof TimedOut) draft.abandon(now);
    draft.patch(frame.id, { at: { phase: 'failed', failure } });
  };
