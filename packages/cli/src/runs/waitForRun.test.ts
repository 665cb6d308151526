import { describe, expect, it } from '@jest/globals';
import type { LineResult } from '@regulabel/contracts/ingest/runSummary.v1';
import type { Run } from '@regulabel/shared/tableItems';
import type { DeadLetters } from '../deadLetters/queues.ts';
import { exampleRun } from './run.fixture.ts';
import type { Stages } from './stages.ts';
import { waitForRun, type Source } from './waitForRun.ts';

const LATER = new Date(Date.now() + 60_000);

/** Answers what happens look by look; the run is closed at the last one. */
function source(
  looks: readonly { stages?: Stages; deadLetters?: DeadLetters[]; results?: LineResult[] }[],
): Source & { paused: () => number } {
  let look = 0;
  const now = (): (typeof looks)[number] => looks[Math.min(look, looks.length - 1)]!;
  const status = (): Run['status'] => (look >= looks.length - 1 ? 'closed' : 'running');
  return {
    run: () => Promise.resolve({ run: { ...exampleRun, status: status() }, results: now().results ?? [] }),
    stages: () => Promise.resolve(now().stages ?? new Map()),
    deadLetters: () => Promise.resolve(now().deadLetters ?? []),
    pause: () => {
      look += 1;
      return Promise.resolve();
    },
    paused: () => look,
  };
}

const watch = async (from: Source, deadline = LATER) => {
  const letters: DeadLetters[] = [];
  const seen: Stages[] = [];
  const state = await waitForRun(
    from,
    { runId: exampleRun.runId, deadline },
    {
      update: (_, stages) => seen.push(stages),
      deadLetters: (found) => letters.push(found),
    },
  );
  return { state, letters, seen };
};

describe('waitForRun', () => {
  it('answers the run as it was closed, after a look at every stage', async () => {
    const results: LineResult[] = [{ country: 'DE', scheme: 'weee', outcome: 'promoted' }];
    const { state, seen } = await watch(source([{}, {}, { results }]));
    expect(state).toMatchObject({ run: { status: 'closed' }, results });
    expect(seen).toHaveLength(3);
  });

  it('keeps a line at its stage while nothing runs for it', async () => {
    const at = (stage: 'waiting' | 'training' | 'testing'): { stages: Stages } => ({
      stages: new Map([['DE/weee', stage]]),
    });
    const { seen } = await watch(source([at('waiting'), at('training'), at('waiting'), at('testing')]));
    expect(seen.map((stages) => stages.get('DE/weee'))).toEqual(['waiting', 'training', 'training', 'testing']);
  });

  it('names a dead-letter queue once, and again when it holds more', async () => {
    const holding = (messages: number) => ({ deadLetters: [{ queue: 'start-dlq', messages }] });
    const looks = [...Array.from({ length: 6 }, () => holding(1)), ...Array.from({ length: 10 }, () => holding(3))];
    const { letters } = await watch(source(looks));
    expect(letters).toEqual([
      { queue: 'start-dlq', messages: 1 },
      { queue: 'start-dlq', messages: 3 },
    ]);
  });

  it('names those that came right before the end', async () => {
    const { letters } = await watch(source([{}, { deadLetters: [{ queue: 'start-dlq', messages: 1 }] }]));
    expect(letters).toHaveLength(1);
  });

  it('gives up at the deadline, and says how much is missing and where to look', async () => {
    const results: LineResult[] = [{ country: 'DE', scheme: 'weee', outcome: 'promoted' }];
    const late = source([{ results }, { results }, { results }]);
    await expect(watch(late, new Date('2026-02-01T02:30:00Z'))).rejects.toMatchObject({
      name: 'CommandError',
      message:
        'run training-demo-2026-01 is not closed by 2026-02-01T02:30:00.000Z: 1 of 2 lines have not ended; `status training-demo-2026-01` shows where they stand',
    });
    expect(late.paused()).toBe(0);
  });

  it('says that there is no such run', async () => {
    const nothing = { ...source([{}]), run: () => Promise.resolve(undefined) };
    await expect(watch(nothing)).rejects.toThrow('there is no run training-demo-2026-01');
  });
});
