import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bestTrial, type Trial } from './bestTrial.ts';

const trial = (trainingJob: string, value: number, createdAt = 0): Trial => ({
  tuningJob: 'dev-t-0-0-0',
  algorithm: 'blazingtext',
  image: 'image',
  trainingJob,
  createdAt,
  objective: { metric: 'validation:accuracy', value },
});

describe('bestTrial', () => {
  it('is the one with the greatest objective', () => {
    expect(bestTrial([trial('a', 0.8), trial('b', 0.9), trial('c', 0.1)], []).trainingJob).toBe('b');
  });

  it('is, of equals, the one that began first, then the first by name', () => {
    expect(bestTrial([trial('a', 0.9, 2), trial('b', 0.9, 1)], []).trainingJob).toBe('b');
    expect(bestTrial([trial('b', 0.9, 1), trial('a', 0.9, 1)], []).trainingJob).toBe('a');
  });

  it('is the same whatever the order of the trials', () => {
    const trials = fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[a-z]{1,3}$/),
        value: fc.constantFrom(0.1, 0.5, 0.9),
        createdAt: fc.nat(2),
      }),
      { selector: ({ name }) => name, minLength: 1 },
    );
    fc.assert(
      fc.property(trials, (given) => {
        const all = given.map(({ name, value, createdAt }) => trial(name, value, createdAt));
        expect(bestTrial([...all].reverse(), [])).toEqual(bestTrial(all, []));
      }),
    );
  });

  it('names the tuning jobs without a completed trial', () => {
    expect(() => bestTrial([], ['dev-t-0-0-0'])).toThrow(
      expect.objectContaining({ name: 'NoTrialSucceeded', message: expect.stringContaining('dev-t-0-0-0') }),
    );
  });
});
