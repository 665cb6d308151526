/** The steps that a frame takes, one for each phase: each says where the frame stands next. */
import { runChildren } from './children.ts';
import type { AnyState, Json } from './definition.ts';
import { text, type Note } from './draft.ts';
import { exitOf, finish, leave, moveTo } from './exit.ts';
import { matches, retryDelay } from './failure.ts';
import type { Frame, Position } from './frame.ts';
import type { Run } from './run.ts';
import { runTask } from './task.ts';
import { work } from './work.ts';

export async function step(run: Run, frame: Frame, signal: AbortSignal): Promise<Note> {
  const { at, children } = frame;
  switch (at.phase) {
    case 'enter':
      return enter(run, frame);
    case 'work':
      return work(run, frame);
    case 'wait':
      await run.around.clock.until(at.until, signal);
      return moveTo(frame, { phase: 'result' });
    case 'task':
      return runTask(run, frame, at.attempt, signal);
    case 'children':
      return runChildren(run, frame, children ?? { inputs: [], concurrency: 0 }, signal);
    case 'result':
      return leaveWithResult(run, frame, at.result);
    case 'failed':
      return recover(run, frame, at);
    case 'retry':
      await run.around.clock.until(at.until, signal);
      return (draft) => {
        draft.removeInside(frame.id);
        draft.patch(frame.id, { children: undefined, at: { phase: 'work' } });
      };
    case 'ended':
      throw new Error(`The frame ${frame.id} takes no further step.`);
  }
}

const enter =
  (run: Run, frame: Frame): Note =>
  (draft) => {
    const details = { name: frame.state, ...text('input', frame.input) };
    const event = draft.event(frame.id, `${run.stateOf(frame).Type}StateEntered`, details);
    const entered = { event, time: run.around.clock.now() };
    draft.patch(frame.id, { entered, retried: [], retryCount: 0, at: { phase: 'work' } });
  };

async function leaveWithResult(run: Run, frame: Frame, result: Json | undefined): Promise<Note> {
  const state: AnyState = run.stateOf(frame);
  const names = run.names(frame, result === undefined ? {} : { result });
  return leave(run, frame, { ...(await exitOf(state, '', names, result ?? frame.input)), next: state.Next });
}

type Failed = Extract<Position, { phase: 'failed' }>;

/** Retry, else Catch, else the frame fails. */
async function recover(run: Run, frame: Frame, { failure, final }: Failed): Promise<Note> {
  if (final === true) return finish(run, frame, { failure });
  const taking = ({ ErrorEquals }: { readonly ErrorEquals: readonly string[] }) => matches(ErrorEquals, failure.error);
  const { Retry: retriers = [], Catch: catchers = [] }: AnyState = run.stateOf(frame);
  const retrier = retriers.findIndex(taking);
  const used = frame.retried[retrier] ?? 0;
  const chosen = retriers[retrier];
  if (chosen !== undefined && used < (chosen.MaxAttempts ?? 3)) {
    const until = run.around.clock.now() + retryDelay(chosen, used, run.around.random()) * 1000;
    const retried = retriers.map((_, each) => (frame.retried[each] ?? 0) + Number(each === retrier));
    return (draft) => {
      draft.patch(frame.id, { retried, retryCount: frame.retryCount + 1, at: { phase: 'retry', until } });
    };
  }
  const index = catchers.findIndex(taking);
  const catcher = catchers[index];
  if (catcher === undefined) return finish(run, frame, { failure });
  const errorOutput = { Error: failure.error ?? '', Cause: failure.cause ?? '' };
  const names = run.names(frame, { errorOutput });
  return leave(run, frame, {
    ...(await exitOf(catcher, `Catch[${index}]/`, names, errorOutput)),
    next: catcher.Next,
  });
}
