import type { Frame } from './frame.ts';

/**
 * The frames of an execution that failed, timed out or was aborted, set to go on: states that did not succeed start
 * over with the same input and fresh retries, iterations and branches that did succeed stay as they are.
 */
export function redriven(frames: readonly Frame[]): Frame[] {
  return frames.map((frame) => {
    if (frame.at.phase === 'enter' || (frame.at.phase === 'ended' && 'output' in frame.at.outcome)) return frame;
    const at = { phase: frame.children === undefined ? ('work' as const) : ('children' as const) };
    return { ...frame, retried: [], retryCount: 0, at };
  });
}
