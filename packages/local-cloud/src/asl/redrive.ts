import type { Frame } from './frame.ts';

/**
 * The frames of an execution that failed, timed out or was aborted, set to go on: states that did not succeed start
 * over with the same input and fresh retries, iterations and branches that did succeed stay as they are.
 */
export function redriven(frames: readonly Frame[]): Frame[] {
  return frames.map((frame) => {
    const { at: before } = frame;
    const done = before.phase === 'ended' ? 'output' in before.outcome : before.phase === 'result';
    if (done || before.phase === 'enter') return frame;
    const at = { phase: frame.children === undefined ? ('work' as const) : ('children' as const) };
    return { ...frame, retried: [], retryCount: 0, at };
  });
}
