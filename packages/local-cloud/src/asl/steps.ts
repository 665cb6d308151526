/** The steps that a frame takes, one for each phase. A step ends by journalling where the frame stands next. */
import { runChildren } from './children.ts';
import { stateEntered } from './events.ts';
import { exitOf, finish, leave } from './exit.ts';
import { matches, retryDelay, type Failure } from './failure.ts';
import { childless, phase, type Frame, type Position } from './frame.ts';
import type { Run } from './run.ts';
import { runTask } from './task.ts';
import { work } from './work.ts';

type Step = (run: Run, frame: Frame, signal: AbortSignal) => Promise<void> | void;

export const steps: Readonly<Record<Position['phase'], Step>> = {
  enter: (run, frame, signal) => {
    run.transact(signal, (draft) => {
      const event = draft.event(frame.id, stateEntered(run.stateOf(frame).Type, frame.state, frame.input));
      const entered = { event, time: run.around.clock.now() };
      draft.patch(frame.id, { entered, retried: [], retryCount: 0, at: { phase: 'work' } });
    });
  },
  work,
  wait: async (run, frame, signal) => {
    await run.around.clock.until(phase(frame, 'wait').until, signal);
    run.transact(signal, (draft) => {
      draft.patch(frame.id, { at: { phase: 'result' } });
    });
  },
  task: runTask,
  children: runChildren,
  result: leaveWithResult,
  failed: recover,
  retry: async (run, frame, signal) => {
    await run.around.clock.until(phase(frame, 'retry').until, signal);
    run.transact(signal, (draft) => {
      draft.removeInside(frame.id);
      draft.put({ ...childless(draft.frame(frame.id)), at: { phase: 'work' } });
    });
  },
  ended: () => undefined,
};

async function leaveWithResult(run: Run, frame: Frame, signal: AbortSignal): Promise<void> {
  const { result } = phase(frame, 'result');
  const state = run.stateOf(frame);
  const names = run.names(frame, result === undefined ? {} : { result });
  const exit = await exitOf({ Assign: undefined, Output: undefined, ...state }, '', names, result ?? frame.input);
  const next = 'Next' in state ? state.Next : undefined;
  run.transact(signal, (draft) => {
    leave(draft, run, frame.id, { ...exit, next });
  });
}

/** Retry, else Catch, else the frame fails. */
async function recover(run: Run, frame: Frame, signal: AbortSignal): Promise<void> {
  const { failure, final } = phase(frame, 'failed');
  const handled = final !== true && (retry(run, frame, failure, signal) || (await caught(run, frame, failure, signal)));
  if (!handled)
    run.transact(signal, (draft) => {
      finish(draft, run, frame.id, { failure });
    });
}

function retry(run: Run, frame: Frame, failure: Failure, signal: AbortSignal): boolean {
  const state = run.stateOf(frame);
  const retriers = ('Retry' in state ? state.Retry : undefined) ?? [];
  const index = retriers.findIndex(({ ErrorEquals }) => matches(ErrorEquals, failure.error));
  const retrier = retriers[index];
  const used = frame.retried[index] ?? 0;
  if (retrier === undefined || used >= (retrier.MaxAttempts ?? 3)) return false;
  const { clock, random } = run.around;
  const until = clock.now() + retryDelay(retrier, used, random()) * 1000;
  run.transact(signal, (draft) => {
    const retried = retriers.map((_, each) => (frame.retried[each] ?? 0) + (each === index ? 1 : 0));
    draft.patch(frame.id, { retried, retryCount: frame.retryCount + 1, at: { phase: 'retry', until } });
  });
  return true;
}

async function caught(run: Run, frame: Frame, failure: Failure, signal: AbortSignal): Promise<boolean> {
  const state = run.stateOf(frame);
  const catchers = ('Catch' in state ? state.Catch : undefined) ?? [];
  const index = catchers.findIndex(({ ErrorEquals }) => matches(ErrorEquals, failure.error));
  const catcher = catchers[index];
  if (catcher === undefined) return false;
  const errorOutput = { Error: failure.error ?? '', Cause: failure.cause ?? '' };
  const names = run.names(frame, { errorOutput });
  const exit = await exitOf(catcher, `Catch[${index}]/`, names, errorOutput);
  run.transact(signal, (draft) => {
    draft.removeInside(frame.id);
    leave(draft, run, frame.id, { ...exit, next: catcher.Next });
  });
  return true;
}
