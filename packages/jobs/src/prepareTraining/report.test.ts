import { describe, expect, it } from '@jest/globals';
import { summarise, verdict } from './report.ts';
import type { Candidate } from './selection.ts';

const TRAIN = '0'.repeat(32);
const VALIDATION = `d${'0'.repeat(31)}`;
const TEST = `f${'0'.repeat(31)}`;
const row = (digest: string, code: string, itemId = 'i'): Candidate => ({
  row: 1,
  itemId,
  digest,
  code,
  labelledAt: '',
});

describe('the facts about the kept rows', () => {
  it('count rows by part and code', () => {
    const facts = summarise([row(TRAIN, '2'), row(VALIDATION, '1'), row(TEST, '2')]);
    expect(facts.rows).toEqual({ train: 1, validation: 1, test: 1 });
    expect(facts.codes).toEqual([
      { code: '1', train: 0, validation: 1, test: 0 },
      { code: '2', train: 1, validation: 0, test: 1 },
    ]);
  });

  it('have a data hash that changes with texts and codes, not with item ids', () => {
    const hash = (...rows: Candidate[]) => summarise(rows).dataHash;
    expect(hash(row(TRAIN, '1', 'a'))).toBe(hash(row(TRAIN, '1', 'b')));
    expect(hash(row(TRAIN, '1'))).not.toBe(hash(row(TRAIN, '2')));
    expect(hash(row(TRAIN, '1'))).not.toBe(hash(row(TEST, '1')));
  });

  it('have a test hash that changes with the test rows alone', () => {
    const hash = (...rows: Candidate[]) => summarise(rows).testHash;
    expect(hash(row(TRAIN, '1'), row(TEST, '1'))).toBe(hash(row(TEST, '1')));
    expect(hash(row(TEST, '1', 'a'))).not.toBe(hash(row(TEST, '1', 'b')));
    expect(hash(row(TEST, '1'))).not.toBe(hash(row(TEST, '2')));
  });
});

describe('the verdict', () => {
  const code = (name: string, train: number, validation: number, test: number) => ({
    code: name,
    train,
    validation,
    test,
  });
  const judge = (codes: ReturnType<typeof code>[], labelled = 100, minimum = 3) => {
    const sum = (part: 'train' | 'validation' | 'test') => codes.reduce((total, counts) => total + counts[part], 0);
    return verdict(
      { rows: { train: sum('train'), validation: sum('validation'), test: sum('test') }, codes },
      { labelled, minimum },
    );
  };

  it('is ready with two trained codes, a validation row that can be right, and a test row', () => {
    expect(judge([code('1', 1, 1, 0), code('2', 1, 0, 1)]).outcome).toBe('ready');
  });

  it('is empty without labelled rows', () => {
    expect(judge([], 0).outcome).toBe('empty');
  });

  it.each([
    [[code('1', 1, 1, 0), code('2', 0, 0, 0)], /2 of 100 labelled rows are usable; 3 are needed/],
    [[code('1', 9, 1, 1), code('2', 0, 1, 1)], /only one code; 2 are needed/],
    [[code('1', 9, 0, 1), code('2', 9, 0, 1), code('3', 0, 1, 0)], /None of the 1 validation rows/],
    [[code('1', 9, 1, 0), code('2', 9, 1, 0)], /None of the 20 usable rows fell into the test set/],
  ])('is untrainable, with the reason (%#)', (codes, explanation) => {
    const found = judge(codes);
    expect(found.outcome).toBe('untrainable');
    expect(found.explanation).toMatch(explanation);
  });
});
