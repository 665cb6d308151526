import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Stage } from './stages.ts';
import { aboutLeft, createEstimate, duration, shareDone } from './timeLeft.ts';

const at = (seconds: number): Date => new Date(seconds * 1000);

describe('shareDone', () => {
  const of = (...stages: Stage[]): number => shareDone(new Map(stages.map((stage, index) => [String(index), stage])));

  it('grows from stage to stage, and is whole when every line has ended, however', () => {
    const life = [of('waiting'), of('testing'), of('comparing'), of('promoted')];
    expect(life).toEqual([...new Set(life)].sort());
    expect(of('waiting', 'training', 'labelling')).toBe(0);
    expect(of('promoted', 'failed', 'empty', 'labelled')).toBe(1);
    expect(of('waiting', 'rejected')).toBe(0.5);
    expect(of()).toBe(0);
  });
});

describe('createEstimate', () => {
  it('says nothing until enough was seen', () => {
    const estimate = createEstimate();
    expect(estimate(0, at(0))).toBeUndefined();
    expect(estimate(0.5, at(3))).toBeUndefined();
    expect(estimate(0.5, at(20))).toBeCloseTo(20);
  });

  it('goes by the pace since the first look: what was done before says nothing of it', () => {
    const estimate = createEstimate();
    estimate(0.8, at(100_000));
    expect(estimate(0.81, at(100_060))).toBeUndefined();
    expect(estimate(0.9, at(100_060))).toBeCloseTo(60);
  });

  it('counts down at an even pace', () => {
    const estimate = createEstimate();
    for (let second = 0; second <= 100; second += 1) {
      const left = estimate(second / 100, at(second));
      if (second >= 10) expect(left).toBeCloseTo(100 - second);
    }
  });

  it('moves by steps of a second much less than what it sees does', () => {
    const estimate = createEstimate();
    for (let second = 0; second <= 50; second += 1) estimate(second / 500, at(second));
    const before = estimate(51 / 500, at(51))!;
    // Ten lines end at once.
    const after = estimate(0.3, at(52))!;
    expect(before).toBeCloseTo(449);
    expect((0.7 * 52) / 0.3).toBeLessThan(122);
    expect(after).toBeGreaterThan(400);
  });

  it('is never negative nor endless, whatever the pace', () => {
    const looks = fc.array(fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 60 })), { maxLength: 30 });
    fc.assert(
      fc.property(looks, (steps) => {
        const estimate = createEstimate();
        let [share, second] = [0, 0];
        for (const [gain, seconds] of steps) {
          const left = estimate(share, at(second));
          if (left !== undefined) expect(left >= 0 && Number.isFinite(left)).toBe(true);
          share = Math.min(share + gain / 500, 1);
          second += seconds;
        }
      }),
    );
  });
});

describe('how times are said', () => {
  it.each([
    [0, 'less than a minute left'],
    [49, 'less than a minute left'],
    [50, 'about 1 min left'],
    [89, 'about 1 min left'],
    [90, 'about 2 min left'],
    [3600, 'about 60 min left'],
    [7200, 'about 2 h left'],
  ])('%d s are %s', (seconds, text) => {
    expect(aboutLeft(seconds)).toBe(text);
  });

  it.each([
    [-3, '0 s'],
    [59.9, '59 s'],
    [65, '1 min 05 s'],
    [3723, '1 h 02 min'],
  ])('%d s since the start are %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
