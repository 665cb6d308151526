import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { occurrences } from './schedule.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const times = (expression: string, count: number): string[] => {
  const next = occurrences(expression, NOON)!;
  const result: string[] = [];
  for (let time = next(NOON); time !== undefined && result.length < count; time = next(time)) {
    result.push(new Date(time).toISOString().slice(0, 16));
  }
  return result;
};

describe('a schedule expression', () => {
  it.each([
    ['the first of each month', 'cron(0 2 1 * ? *)', ['2026-12-01T02:00', '2027-01-01T02:00']],
    [
      'steps and ranges',
      'cron(0/30 12-13 ? * MON-FRI *)',
      ['2026-11-23T12:30', '2026-11-23T13:00', '2026-11-23T13:30', '2026-11-24T12:00'],
    ],
    [
      'lists and names',
      'cron(5,10-11 0 1 JAN,MAR ? 2027)',
      ['2027-01-01T00:05', '2027-01-01T00:10', '2027-01-01T00:11', '2027-03-01T00:05'],
    ],
    ['weekdays by number', 'cron(0 6 ? * 2,6 *)', ['2026-11-27T06:00', '2026-11-30T06:00']],
    ['years and leap days', 'cron(0 0 29 2 ? 2027-2028)', ['2028-02-29T00:00']],
    ['a rate, from its anchor', 'rate(90 minutes)', ['2026-11-23T13:30', '2026-11-23T15:00']],
    ['a day that does not exist', 'cron(0 0 31 2 ? *)', []],
  ])('names %s', (_, expression, expected) => {
    expect(times(expression, Math.max(1, expected.length))).toEqual(expected);
  });

  it.each([
    'cron(* * * * * *)',
    'cron(0 2 ? * ? *)',
    'cron(0 2 1 * ?)',
    'cron(60 0 1 * ? *)',
    'cron(5-1 0 1 * ? *)',
    'cron(0/0 0 1 * ? *)',
    'cron(*-5 0 1 * ? *)',
    'cron(0 0 1 FOO ? *)',
    'rate(0 minutes)',
    'rate(5 seconds)',
    'every day',
  ])('is not %s', (expression) => {
    expect(occurrences(expression, NOON)).toBeUndefined();
  });

  it.each(['at(2027-01-01T00:00:00)', 'cron(0 0 L * ? *)', 'cron(0 0 1W * ? *)', 'cron(0 0 ? * TUE#2 *)'])(
    'is refused loudly as %s',
    (expression) => {
      expect(() => occurrences(expression, NOON)).toThrow(/not supported/);
    },
  );

  it('only ever moves forward, to the minute, and misses none of the times between', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 40_000_000_000 }), (minute, offset) => {
        const next = occurrences(`cron(${minute} * * * ? *)`, 0)!;
        const after = Date.UTC(2026, 0, 1) + offset;
        const time = next(after)!;
        expect(time).toBeGreaterThan(after);
        expect(time % 3_600_000).toBe(minute * 60_000);
        expect(time - after).toBeLessThanOrEqual(3_600_000);
      }),
    );
  });
});
