import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../errors.ts';
import type { Session } from '../session.ts';
import { readDeadLetters, type DeadLetters } from '../deadLetters/queues.ts';
import { readRun, type RunState } from './readRuns.ts';
import { readStages, type Stages } from './stages.ts';

/** What is looked at, over and over. */
export interface Source {
  run(): Promise<RunState | undefined>;
  stages(state: RunState): Promise<Stages>;
  deadLetters(): Promise<DeadLetters[]>;
  pause(): Promise<void>;
}

export interface Watcher {
  /** Called after every look at the run. */
  update(state: RunState, stages: Stages): void;
  /** Called once for each dead-letter queue that holds messages, and again when it holds more. */
  deadLetters(letters: DeadLetters): void;
}

const LOOK_EVERY_MS = 1000;
/** Asking every queue costs more than one look at the run. */
const LOOKS_PER_DEAD_LETTER_CHECK = 5;

export const pause = (): Promise<void> => delay(LOOK_EVERY_MS);

export const sourceOf = (session: Session, runId: string): Source => ({
  run: () => readRun(session, runId),
  stages: (state) => readStages(session, state),
  deadLetters: () => readDeadLetters(session),
  pause,
});

/** Watches a run until it is closed. Throws `CommandError` when it is not by `deadline`. */
export async function waitForRun(
  source: Source,
  { runId, deadline }: { runId: string; deadline: Date },
  watcher: Watcher,
): Promise<RunState> {
  const known = new Map<string, number>();
  let stages: Stages = new Map();
  for (let look = 0; ; look += 1) {
    const state = await source.run();
    if (state === undefined) throw new CommandError(`there is no run ${runId}; \`status\` lists the runs`);
    const { run, results } = state;
    stages = forward(stages, await source.stages(state));
    watcher.update(state, stages);
    if (run.status === 'closed' || look % LOOKS_PER_DEAD_LETTER_CHECK === 0) {
      for (const letters of await source.deadLetters()) {
        if (letters.messages > (known.get(letters.queue) ?? 0)) watcher.deadLetters(letters);
        known.set(letters.queue, letters.messages);
      }
    }
    if (run.status === 'closed') return state;
    if (Date.now() > deadline.getTime()) {
      throw new CommandError(
        `run ${runId} is not closed by ${deadline.toISOString()}: ${run.lines.length - results.length} of ${run.lines.length} lines have not ended; \`status ${runId}\` shows where they stand`,
      );
    }
    await source.pause();
  }
}

/** Between two executions nothing runs for a line: it stays at the stage that it had. */
const forward = (before: Stages, now: Stages): Stages =>
  new Map([...now].map(([line, stage]) => [line, stage === 'waiting' ? (before.get(line) ?? stage) : stage]));
