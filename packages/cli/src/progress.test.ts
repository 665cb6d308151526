import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Run } from '@regulabel/shared/contracts/ingest/run.v1';
import { createProgress } from './progress.ts';

const run: Run = {
  runId: 'training-demo-2026-01',
  purpose: 'training',
  executionArn: 'arn:aws:states:eu-west-1:111122223333:execution:regulabel-local-extract:x',
  catalogue: {
    version: '0123456789abcdef',
    uri: 's3://regulabel-local-data-111122223333-eu-west-1/catalogue/0123456789abcdef.json',
  },
  lines: [
    { country: 'DE', scheme: 'weee' },
    { country: 'DE', scheme: 'battery' },
  ],
  startedAt: '2026-02-01T02:00:00Z',
  deadline: '2026-02-02T02:00:00Z',
  status: 'running',
  revision: 0,
  announced: 0,
};

const screen = (terminal: { columns: number; rows: number } | undefined) => {
  const stream = Object.assign(new PassThrough(), {
    isTTY: terminal !== undefined,
    ...terminal,
  }) as unknown as NodeJS.WriteStream & PassThrough;
  return { progress: createProgress(stream), text: () => String(stream.read() ?? '') };
};

describe('progress where stderr is no terminal', () => {
  it('prints a line for each change, once, without colours', () => {
    const { progress, text } = screen(undefined);
    const state = { run, results: [] };
    progress.show(
      state,
      new Map([
        ['DE/weee', 'training'],
        ['DE/battery', 'waiting'],
      ]),
    );
    progress.show(
      state,
      new Map([
        ['DE/weee', 'training'],
        ['DE/battery', 'waiting'],
      ]),
    );
    progress.show(
      state,
      new Map([
        ['DE/weee', 'promoted'],
        ['DE/battery', 'waiting'],
      ]),
    );
    expect(
      text()
        .replace(/\d\d:\d\d:\d\d/g, 'T')
        .split('\n'),
    ).toEqual(['T  DE/weee  training', 'T  DE/weee  promoted', '']);
  });
});

describe('progress on a terminal', () => {
  it('redraws one block that fits the screen, and takes it away at the end', () => {
    const { progress, text } = screen({ columns: 40, rows: 24 });
    progress.show(
      { run, results: [] },
      new Map([
        ['DE/weee', 'training'],
        ['DE/battery', 'waiting'],
      ]),
    );
    const block = text();
    expect(block.split('\n').every((line) => line.length < 200)).toBe(true);
    progress.show(
      { run, results: [] },
      new Map([
        ['DE/weee', 'promoted'],
        ['DE/battery', 'waiting'],
      ]),
    );
    expect(text().startsWith('\u001b[2A\u001b[0J')).toBe(true);
    progress.clear();
    expect(text()).toBe('\u001b[2A\u001b[0J');
  });
});
