import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { majorityOf, scoreModel } from './metrics.ts';
import type { Judged } from './metrics.ts';

const rows = (text: string): Judged[] =>
  text.split(' ').map((pair) => ({ actual: pair.charAt(0), predicted: pair.charAt(1) }));

describe('the scores of a model', () => {
  it('are what one computes by hand', () => {
    // a: 2 of 3 found, 2 of 3 predictions right; b: 1 of 2, 1 of 2; c: 0 of 1; d: predicted once, never actual.
    const scored = scoreModel('m', rows('aa aa ab bb ba cd'));
    expect(scored.accuracy).toBe(0.5);
    expect(scored.codes).toEqual([
      { code: 'a', precision: 2 / 3, recall: 2 / 3, f1: 4 / 6, support: 3, predicted: 3 },
      { code: 'b', precision: 1 / 2, recall: 1 / 2, f1: 2 / 4, support: 2, predicted: 2 },
      { code: 'c', precision: 0, recall: 0, f1: 0, support: 1, predicted: 0 },
      { code: 'd', precision: 0, recall: 0, f1: 0, support: 0, predicted: 1 },
    ]);
    expect(scored.macroF1).toBeCloseTo((4 / 6 + 2 / 4 + 0) / 3, 12);
    expect(scored.confusion).toEqual([
      { actual: 'a', predicted: 'a', rows: 2 },
      { actual: 'a', predicted: 'b', rows: 1 },
      { actual: 'b', predicted: 'a', rows: 1 },
      { actual: 'b', predicted: 'b', rows: 1 },
      { actual: 'c', predicted: 'd', rows: 1 },
    ]);
  });

  it('are all 1 when everything is right', () => {
    const scored = scoreModel('m', rows('aa bb bb'));
    expect([scored.accuracy, scored.macroF1]).toEqual([1, 1]);
  });

  it('are 0 without rows', () => {
    expect(scoreModel('m', [])).toEqual({ model: 'm', accuracy: 0, macroF1: 0, codes: [], confusion: [] });
  });

  it('hold together for any predictions, in any order', () => {
    const code = fc.constantFrom('a', 'b', 'c', '__proto__');
    fc.assert(
      fc.property(fc.array(fc.record({ actual: code, predicted: code })), (judged) => {
        const scored = scoreModel('m', judged);
        const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
        expect(sum(scored.codes.map(({ support }) => support))).toBe(judged.length);
        expect(sum(scored.codes.map(({ predicted }) => predicted))).toBe(judged.length);
        expect(sum(scored.confusion.map(({ rows: count }) => count))).toBe(judged.length);
        expect(scored.macroF1).toBeGreaterThanOrEqual(0);
        expect(scored.macroF1).toBeLessThanOrEqual(1);
        expect(scoreModel('m', [...judged].reverse())).toEqual(scored);
      }),
    );
  });
});

describe('the majority', () => {
  it('is the most frequent code and its share', () => {
    expect(majorityOf(['b', 'a', 'b', 'c'])).toEqual({ code: 'b', accuracy: 0.5 });
  });

  it('is the smaller of two codes as frequent, and absent without labels', () => {
    expect(majorityOf(['b', 'a'])).toEqual({ code: 'a', accuracy: 0.5 });
    expect(majorityOf([])).toBeUndefined();
  });
});
