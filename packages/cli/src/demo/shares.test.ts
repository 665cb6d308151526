import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { DEMO_COUNTRIES } from './countries.ts';
import { sharesOf } from './shares.ts';

const all = new Map(Object.entries(DEMO_COUNTRIES));

describe('the countries’ shares', () => {
  it('add up, whatever is to be dealt', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.subarray([...all.keys()], { minLength: 1 }), (total, names) => {
        const counts = [...sharesOf(new Map(names.map((name) => [name, all.get(name)!])), total).values()];
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(total);
        expect(Math.min(...counts)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('are as in life: a few large countries, small ones with few rows but enough to train', () => {
    const shares = sharesOf(all, 18_000);
    const counts = [...shares.values()];
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(250);
    expect(shares.get('DE')! / shares.get('MT')!).toBeGreaterThan(5);
    expect(Math.max(...sharesOf(all, 3_300_000).values())).toBeLessThanOrEqual(600_000);
  });
});
