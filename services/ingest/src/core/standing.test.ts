import { outcome as outcomes } from '@regulabel/contracts/ingest/runSummary.v1';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NO_ANSWER_STANDING, standing } from './standing.ts';

const at = (hour: number) => `2026-11-01T0${hour}:00:00Z`;

describe('standing', () => {
  it('never lets a failure replace another outcome, however late it is', () => {
    for (const outcome of outcomes.options.filter((each) => each !== 'failed')) {
      expect(standing('failed', at(9), 'b') < standing(outcome, at(1), 'a')).toBe(true);
    }
  });

  it('never lets a held comparison replace a decision', () => {
    expect(standing('held', at(9), 'b') < standing('promoted', at(1), 'a')).toBe(true);
    expect(standing('held', at(9), 'b') < standing('rejected', at(1), 'a')).toBe(true);
    expect(standing('held', at(1), 'a') > standing('failed', at(9), 'b')).toBe(true);
  });

  it('lets the later of two decisions count: an approval replaces a rejection', () => {
    expect(standing('promoted', at(5), 'a') > standing('rejected', at(4), 'b')).toBe(true);
    expect(standing('promoted', '2026-11-01T05:00:00.5Z', 'a') > standing('rejected', at(5), 'b')).toBe(true);
  });

  it('lets every answer replace none', () => {
    for (const outcome of outcomes.options) expect(standing(outcome, at(1), 'a') > NO_ANSWER_STANDING).toBe(true);
  });

  it('orders any events the same way, whatever order they come in', () => {
    const events = fc.uniqueArray(
      fc.record({
        outcome: fc.constantFrom(...outcomes.options),
        hour: fc.nat(9),
        id: fc.stringMatching(/^[0-9a-f]{4}$/),
      }),
      { selector: ({ id }) => id, minLength: 1 },
    );
    fc.assert(
      fc.property(events, fc.func(fc.nat()), (given, order) => {
        const last = (list: typeof given) =>
          list.map(({ outcome, hour, id }) => standing(outcome, at(hour), id)).reduce((a, b) => (a < b ? b : a));
        expect(last([...given].sort((a, b) => order(a) - order(b)))).toBe(last(given));
      }),
    );
  });
});
