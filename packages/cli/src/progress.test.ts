import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { LineResult } from '@regulabel/contracts/ingest/runSummary.v1';
import { createProgress } from './progress.ts';
import { exampleRun as run, inTurn, manyLines } from './runs/run.fixture.ts';
import type { Stage, Stages } from './runs/stages.ts';

const START = Date.parse(run.startedAt);

/** A stream that is a terminal of some size or none, and a clock; `text` answers what was written since the last time. */
const screen = (
  size?: { columns: number; rows: number },
  env: NodeJS.ProcessEnv = { TERM: 'xterm', LANG: 'C.UTF-8' },
) => {
  const stream = Object.assign(new PassThrough(), {
    isTTY: size !== undefined,
    getColorDepth: () => 1,
    ...size,
  });
  let seconds = 0;
  return {
    progress: createProgress(stream as unknown as NodeJS.WriteStream, {
      env,
      now: () => new Date(START + seconds * 1000),
    }),
    resize: (columns: number) => {
      Object.assign(stream, { columns });
      stream.emit('resize');
    },
    after: (more: number) => void (seconds += more),
    text: () => String(stream.read() ?? '').replace(/^\d\d:\d\d:\d\d/gm, 'T'),
  };
};

const at = (weee: Stage, battery: Stage): Stages =>
  new Map([
    ['DE/weee', weee],
    ['DE/battery', battery],
  ]);
const ended = (outcome: LineResult['outcome'], reason?: string): LineResult[] => [
  { country: 'DE', scheme: 'weee', outcome, ...(reason === undefined ? {} : { reason }) },
];

describe('progress where stderr is no terminal', () => {
  it('is a line for each line that ends, once, and the counts every half minute', () => {
    const { progress, text, after } = screen();
    const look = (results: LineResult[], stages: Stages): string => {
      progress.show({ run, results }, stages);
      return text();
    };
    expect(look([], at('waiting', 'waiting'))).toBe('');
    expect(look([], at('training', 'waiting'))).toBe(
      'T  training-demo-2026-01  0 of 2 lines: 1 waiting, 1 training  0 s\n',
    );
    after(1);
    expect(look([], at('training', 'training'))).toBe('');
    expect(look(ended('failed', 'JobFailed: no\n  memory'), at('failed', 'training'))).toBe(
      'T  DE/weee  failed  JobFailed: no memory\n',
    );
    after(30);
    expect(look(ended('failed', 'JobFailed: no\n  memory'), at('failed', 'testing'))).toBe(
      'T  training-demo-2026-01  1 of 2 lines: 1 testing, 1 failed  31 s  less than a minute left\n',
    );
  });

  it('is short for 60 lines that take five minutes', () => {
    const { progress, text, after } = screen();
    const many = { ...run, lines: manyLines };
    for (let second = 0; second < 300; second += 1) {
      const results = manyLines.slice(0, second / 5).map((line) => ({ ...line, outcome: 'promoted' as const }));
      progress.show({ run: many, results }, inTurn(manyLines, ['training']));
      after(1);
    }
    expect(text().trim().split('\n')).toHaveLength(59 + 10);
  });

  it('says once what happened to many lines at once', () => {
    const { progress, text } = screen();
    const results = manyLines.map((line) => ({ ...line, outcome: 'failed' as const, reason: 'ExtractionFailed' }));
    progress.show({ run: { ...run, lines: manyLines }, results }, inTurn(manyLines, ['failed']));
    expect(text().split('\n')[0]).toBe('T  60 lines  failed  ExtractionFailed');
  });

  it('is the same on a terminal that cannot move its cursor', () => {
    const { progress, text } = screen({ columns: 80, rows: 24 }, { TERM: 'dumb' });
    progress.show({ run, results: [] }, at('training', 'waiting'));
    expect(text()).toMatch(/^T {2}training-demo-2026-01/);
  });
});

const TWO_AWAY = '\r\u001b[2A\u001b[2M';
const BLOCK = 'training-demo-2026-01   0 of 2 lines   0 s\n  DE  ◔ weee    training   · battery waiting\n';

describe('progress on a terminal', () => {
  it('redraws one block, and takes it away at the end', () => {
    const { progress, text, after } = screen({ columns: 80, rows: 24 });
    progress.show({ run, results: [] }, at('training', 'waiting'));
    expect(text()).toBe(BLOCK);
    after(65);
    progress.show({ run, results: ended('promoted') }, at('promoted', 'testing'));
    expect(text()).toBe(
      `${TWO_AWAY}training-demo-2026-01   1 of 2 lines   1 min 05 s   less than a minute left\n` +
        '  DE  ● weee    promoted   ◑ battery testing\n',
    );
    progress.clear();
    expect(text()).toBe(TWO_AWAY);
    progress.clear();
    expect(text()).toBe('');
  });

  it('keeps what is said above the block, and says by itself which line failed and why', () => {
    const { progress, text } = screen({ columns: 80, rows: 24 });
    progress.show({ run, results: [] }, at('training', 'waiting'));
    text();
    progress.say('dead letters: 1 in start-dlq');
    expect(text()).toBe(`${TWO_AWAY}dead letters: 1 in start-dlq\n${BLOCK}`);
    progress.show({ run, results: ended('failed', 'no answer') }, at('failed', 'waiting'));
    expect(text()).toContain(`${TWO_AWAY}DE/weee  failed  no answer\ntraining-demo-2026-01   1 of 2 lines`);
    progress.show({ run, results: ended('failed', 'no answer') }, at('failed', 'training'));
    expect(text()).not.toContain('no answer');
  });

  it('leaves no remains when the terminal gets narrower: the lines of the block have wrapped by then', () => {
    const { progress, text, resize } = screen({ columns: 80, rows: 24 });
    progress.show({ run, results: [] }, at('training', 'waiting'));
    text();
    resize(30);
    // Both lines of 42 columns take two rows each.
    expect(text()).toMatch(/^\r\u001b\[4A\u001b\[4Mtraining-demo-2026-01\n/);
    progress.end();
    expect(text()).not.toBe('');
    resize(80);
    expect(text()).toBe('');
  });

  it('shows nothing any more after its end', () => {
    const { progress, text } = screen({ columns: 80, rows: 24 });
    progress.end();
    progress.show({ run, results: [] }, at('training', 'waiting'));
    expect(text()).toBe('');
  });

  it.each([
    ['with colours', { columns: 80, rows: 24, getColorDepth: () => 4 }, '\u001b[36mtraining\u001b[39m'],
    ['without them', { columns: 80, rows: 24, getColorDepth: () => 1 }, '  DE  ◔ weee    training '],
  ])('is %s as the terminal has it', (_, size, expected) => {
    const { progress, text } = screen(size);
    progress.show({ run, results: [] }, at('training', 'waiting'));
    expect(text()).toContain(expected);
  });

  it('is in ASCII where the locale is not UTF-8', () => {
    const { progress, text } = screen({ columns: 80, rows: 24 }, { TERM: 'xterm', LANG: 'C.UTF-8', LC_ALL: 'C' });
    progress.show({ run, results: [] }, at('training', 'waiting'));
    expect(text()).toContain('  DE  t weee    training   . battery waiting\n');
  });
});
