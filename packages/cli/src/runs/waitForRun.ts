import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../errors.ts';
import type { Session } from '../session.ts';
import { readDeadLetters } from './deadLetters.ts';
import { readRun, type RunState } from './readRuns.ts';
import { readStages, type Stages } from './stages.ts';

export interface Watcher {
  /** Called after every look at the run. */
  update(state: RunState, stages: Stages): void;
  /** Called once for each dead-letter queue that holds messages, and again when it holds more. */
  deadLetters(queue: string, messages: number): void;
}

const LOOK_EVERY_MS = 400;
/** Asking every queue costs more than one look at the table. */
const LOOKS_PER_DEAD_LETTER_CHECK = 8;

export const pause = (): Promise<void> => delay(LOOK_EVERY_MS);

/** Watches a run until it is closed. Throws `CommandError` when it is not by `deadline`. */
export async function waitForRun(session: Session, runId: string, deadline: Date, watcher: Watcher): Promise<RunState> {
  const known = new Map<string, number>();
  let stages: Stages = new Map();
  for (let look = 0; ; look += 1) {
    const state = await readRun(session, runId);
    if (state === undefined) throw new CommandError(`there is no run ${runId}; \`status\` lists the runs`);
    stages = forward(stages, await readStages(session, state));
    watcher.update(state, stages);
    if (state.run.status === 'closed') return state;
    if (look % LOOKS_PER_DEAD_LETTER_CHECK === 0) {
      for (const { queue, messages } of await readDeadLetters(session)) {
        if (messages > (known.get(queue) ?? 0)) watcher.deadLetters(queue, messages);
        known.set(queue, messages);
      }
    }
    if (Date.now() > deadline.getTime()) {
      throw new CommandError(
        `run ${runId} is not closed by ${deadline.toISOString()}; \`status ${runId}\` shows where its lines stand`,
      );
    }
    await pause();
  }
}

/** Between two executions nothing runs for a line: it stays at the stage that it had. */
const forward = (before: Stages, now: Stages): Stages =>
  new Map([...now].map(([line, stage]) => [line, stage === 'waiting' ? (before.get(line) ?? stage) : stage]));
