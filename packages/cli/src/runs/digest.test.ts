import { describe, expect, it } from '@jest/globals';
import type { Winner } from '@regulabel/shared/tableItems';
import { needALook, quality, type EndedLine } from './digest.ts';
import { manyLines } from './run.fixture.ts';

const line = (name: string, outcome: string, reason?: string): EndedLine => {
  const [country = '', scheme = ''] = name.split('/');
  return { country, scheme, outcome, reason };
};

describe('needALook', () => {
  it('tells of every line that did not end as hoped, with its reason, the worst first', () => {
    const lines = [
      line('AT/weee', 'promoted', 'first-model'),
      line('BE/weee', 'rejected', 'not-better-than-winner'),
      line('BG/weee', 'skipped', 'untrainable'),
      line('CH/weee', 'empty'),
      line('CY/weee', 'skipped', 'untrainable'),
      line('CZ/weee', 'failed', 'JobFailed: prepare ended with 1\n    at main.ts:3'),
      line('DE/weee', 'labelled'),
      line('DK/weee', 'no-winner', 'no-winner'),
    ];
    expect(needALook(lines, 79)).toEqual([
      '  failed       CZ/weee',
      '               JobFailed: prepare ended with 1 at main.ts:3',
      '  no-winner    DK/weee',
      '  skipped      BG/weee, CY/weee',
      '               untrainable',
      '  empty        CH/weee',
      '  rejected     BE/weee',
      '               not-better-than-winner',
    ]);
  });

  it('explains a few lines one by one, many by what they have in common', () => {
    const lines = [
      { ...line('IT/weee', 'skipped', 'untrainable'), explanation: '3 of 3 labelled rows are usable; 20 are needed.' },
      {
        ...line('FR/weee', 'skipped', 'untrainable'),
        explanation: 'The training rows have only one code; 2 are needed.',
      },
    ];
    expect(needALook(lines, 79)).toEqual([
      '  skipped      IT/weee, FR/weee',
      '               IT/weee: 3 of 3 labelled rows are usable; 20 are needed.',
      '               FR/weee: The training rows have only one code; 2 are needed.',
    ]);
    const all = manyLines.map((each, at) => ({
      ...each,
      outcome: 'skipped',
      reason: 'unchanged',
      explanation: `${at}`,
    }));
    expect(needALook(all, 79).at(-1)).toBe('               unchanged');
  });

  it('stays short when all lines failed for one reason', () => {
    const reason = `ExtractionFailed: ${'the warehouse refused the statement. '.repeat(10)}`;
    const told = needALook(
      manyLines.map((each) => ({ ...each, outcome: 'failed', reason })),
      79,
    );
    expect(told.length).toBeLessThan(7);
    expect(told.every((each) => each.length <= 79)).toBe(true);
    const shown = told
      .slice(0, 2)
      .join(' ')
      .match(/[A-Z]{2}\/[a-z]+/g)!.length;
    expect(told[1]).toMatch(new RegExp(` and ${60 - shown} more$`));
  });
});

describe('quality', () => {
  const winner = (name: string, macroF1: number): Winner => ({
    ...line(name, ''),
    decisionId: 'd',
    model: 'm',
    since: '2026-02-01T00:00:00Z',
    runId: 'training-x',
    metrics: { rows: 10, accuracy: 0.9, macroF1 },
  });

  it('gives the median, both ends and the five weakest', () => {
    const winners = [0.9, 0.5, 0.8, 0.6, 0.7, 0.4].map((f1, index) => winner(`D${'ABCDEF'[index] ?? ''}/weee`, f1));
    expect(quality(winners, 79)).toEqual([
      '  macro-F1     median 0.650, lowest 0.400, highest 0.900; 6 winners, on unseen',
      '               rows',
      '  weakest      DF/weee 0.400, DB/weee 0.500, DD/weee 0.600, DE/weee 0.700,',
      '               DC/weee 0.800',
    ]);
    expect(quality(winners.slice(0, 3), 79)[0]).toContain('median 0.800');
  });

  it('says nothing where no line has a winner', () => {
    expect(quality([], 79)).toEqual([]);
  });
});
