import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { VirtualClock } from '../testing/virtualClock.ts';
import type { Json } from './definition.ts';
import { TaskError } from './failure.ts';
import { rootId, type End, type Frame, type HistoryEvent } from './frame.ts';
import { parseDefinition } from './parse.ts';
import { redriven } from './frame.ts';
import { Run, type Surroundings } from './run.ts';

/** What a disk would keep: everything goes in and out as text. */
class Journal {
  readonly events: HistoryEvent[] = [];
  readonly #frames = new Map<string, string>();

  commit: Surroundings['commit'] = ({ events, frames, removed }) => {
    this.events.push(...(JSON.parse(JSON.stringify(events)) as HistoryEvent[]));
    for (const frame of frames) this.#frames.set(frame.id, JSON.stringify(frame));
    for (const id of removed) this.#frames.delete(id);
  };

  frames(): Frame[] {
    return [...this.#frames.values()].map((text) => JSON.parse(text) as Frame);
  }
}

class Killed extends Error {}

type Task = (state: string, args: Json, retries: number) => Json;

const definition = (states: object) => ({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states });
const task = (more: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: '{% $states.input %}',
  ...more,
});

const sequential = definition({
  Prepare: { Type: 'Pass', Assign: { factor: 3 }, Output: [1, 2, 3], Next: 'Each' },
  Each: {
    Type: 'Map',
    MaxConcurrency: 1,
    ItemProcessor: {
      StartAt: 'Work',
      States: {
        Work: task({
          Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 60 }],
          Assign: { done: '{% $states.result * $factor %}' },
          Next: 'Rest',
        }),
        Rest: { Type: 'Wait', Seconds: 5, Output: '{% $done %}', End: true },
      },
    },
    Next: 'Check',
  },
  Check: { Type: 'Choice', Choices: [{ Condition: '{% $sum($states.input) = 18 %}', Next: 'Last' }], Default: 'Wrong' },
  Last: task({
    Catch: [{ ErrorEquals: ['Gone'], Output: { caught: '{% $states.errorOutput.Error %}' }, Next: 'End' }],
    Next: 'Wrong',
  }),
  End: { Type: 'Succeed' },
  Wrong: { Type: 'Fail', Error: 'Wrong' },
});

/** Busy at first for the second item; Last always fails. */
const answer: Task = (state, args, retries) => {
  if (state === 'Last') throw new TaskError('Gone');
  if (args === 2 && retries === 0) throw new TaskError('Busy');
  return args;
};

/** Runs until the end, a new process taking over after each number of commits in `lives`. */
async function live(
  machine: object,
  lives: readonly number[],
  doTask: Task,
  { journal = new Journal(), redriveCount = 0 } = {},
): Promise<{ end: End; journal: Journal }> {
  const clock = new VirtualClock(0);
  for (const commits of [...lives, Infinity]) {
    let left = commits;
    const run = new Run(
      {
        id: 'e',
        name: 'e',
        region: 'r',
        input: {},
        roleArn: 'role',
        startTime: 0,
        redriveCount,
        machine: { id: 'm', name: 'm' },
        definition: parseDefinition(JSON.stringify(machine)),
      },
      { frames: journal.frames(), lastEvent: journal.events.length },
      {
        clock,
        task: ({ attempt }) =>
          Promise.resolve().then(() => doTask(attempt.state, attempt.arguments, Number(attempt.id.split(':')[2]))),
        commit: (change) => {
          if (left-- <= 0) throw new Killed();
          journal.commit(change);
        },
        random: () => 0,
      },
    );
    try {
      const end = await run.finish();
      if (end !== undefined) return { end, journal };
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }
  throw new Error('It never ended.');
}

const story = ({ events }: Journal) => events.map((event) => ({ ...event, timestamp: 0 }));

describe('After a kill', () => {
  it('an execution goes on from every step, with nothing lost or told twice', async () => {
    const whole = await live(sequential, [], answer);
    expect(whole.end).toEqual({ status: 'SUCCEEDED', output: { caught: 'Gone' } });
    for (let commits = 0; commits < 45; commits += 1) {
      const { end, journal } = await live(sequential, [commits], answer);
      expect(end).toEqual(whole.end);
      expect(story(journal)).toEqual(story(whole.journal));
    }
  });

  it('an execution survives any number of kills', async () => {
    const whole = await live(sequential, [], answer);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 20 }), async (lives) => {
        const { journal } = await live(sequential, lives, answer);
        expect(story(journal)).toEqual(story(whole.journal));
      }),
      { numRuns: 25 },
    );
  });

  it('branches that ran at the same time all end, each with one story', async () => {
    const branch = (name: string) => ({
      StartAt: name,
      States: { [name]: { Type: 'Wait', Seconds: 1, Next: `${name}2` }, [`${name}2`]: task({ End: true }) },
    });
    const parallel = definition({
      P: { Type: 'Parallel', Arguments: 7, Branches: [branch('A'), branch('B'), branch('C')], End: true },
    });
    const whole = await live(parallel, [], (_state, args) => args);
    const sorted = (journal: Journal) =>
      journal.events.map(({ type, details }) => JSON.stringify([type, details])).sort();
    for (let commits = 0; commits < 30; commits += 1) {
      const { end, journal } = await live(parallel, [commits], (_state, args) => args);
      expect(end).toEqual({ status: 'SUCCEEDED', output: [7, 7, 7] });
      expect(journal.events.map(({ id }) => id)).toEqual(journal.events.map((_, index) => index + 1));
      expect(sorted(journal)).toEqual(sorted(whole.journal));
    }
  });
});

describe('Redrive', () => {
  const each = definition({
    M: {
      Type: 'Map',
      Items: [1, 2, 3],
      MaxConcurrency: 1,
      ItemProcessor: { StartAt: 'First', States: { First: task({ Next: 'Second' }), Second: task({ End: true }) } },
      End: true,
    },
  });

  it('goes on with the state that failed, and does again nothing that succeeded', async () => {
    const calls: string[] = [];
    let broken = true;
    const doTask: Task = (state, args) => {
      calls.push(`${state}${JSON.stringify(args)}`);
      if (state === 'Second' && args === 2 && broken) throw new TaskError('Boom');
      return args;
    };
    const failed = await live(each, [], doTask);
    expect(failed.end).toMatchObject({ status: 'FAILED', error: 'Boom' });
    broken = false;
    const journal = new Journal();
    journal.commit({
      events: failed.journal.events,
      frames: redriven(failed.journal.frames()),
      removed: [],
      abandoned: [],
    });
    const { end } = await live(each, [], doTask, { journal, redriveCount: 1 });
    expect(end).toEqual({ status: 'SUCCEEDED', output: [1, 2, 3] });
    expect(calls).toEqual(['First1', 'Second1', 'First2', 'Second2', 'Second2', 'First3', 'Second3']);
  });

  it('leaves what succeeded as it is', () => {
    const frame = { id: rootId, at: { phase: 'ended', outcome: { output: 1 } } } as unknown as Frame;
    expect(redriven([frame])).toEqual([frame]);
  });
});
