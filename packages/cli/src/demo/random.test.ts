import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Random } from './random.ts';

describe('Random', () => {
  it('stays within its bounds for every key', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.integer()), { minLength: 1 }),
        fc.integer({ min: -50, max: 50 }),
        fc.nat(50),
        (key, min, span) => {
          const random = Random.of(...key);
          const value = random.integer(min, min + span);
          expect(value).toBeGreaterThanOrEqual(min);
          expect(value).toBeLessThanOrEqual(min + span);
          expect(random.next()).toBeLessThan(1);
        },
      ),
    );
  });
});
