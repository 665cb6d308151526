import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { occurrences } from './expression.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const times = (expression: string, count: number, zone = 'UTC', after = NOON): string[] => {
  const next = occurrences(expression, zone, NOON)!;
  const result: string[] = [];
  for (let time = next(after); time !== undefined && result.length < count; time = next(time)) {
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
    ['the last day of a month', 'cron(0 0 L 2 ? 2027-2028)', ['2027-02-28T00:00', '2028-02-29T00:00']],
    ['the last weekday of a month', 'cron(0 0 LW * ? *)', ['2026-11-30T00:00', '2026-12-31T00:00', '2027-01-29T00:00']],
    [
      'the weekday nearest to a day, within its month',
      'cron(0 0 1W * ? 2027)',
      ['2027-01-01T00:00', '2027-02-01T00:00', '2027-03-01T00:00', '2027-04-01T00:00', '2027-05-03T00:00'],
    ],
    ['the last Friday', 'cron(0 0 ? * 6L *)', ['2026-11-27T00:00', '2026-12-25T00:00']],
    ['the second Tuesday', 'cron(0 0 ? * TUE#2 *)', ['2026-12-08T00:00', '2027-01-12T00:00']],
    ['a rate, from its anchor', 'rate(90 minutes)', ['2026-11-23T13:30', '2026-11-23T15:00']],
    ['one moment', 'at(2027-01-01T00:00:00)', ['2027-01-01T00:00']],
    ['a moment that is past', 'at(2020-01-01T00:00:00)', []],
    ['a day that does not exist', 'cron(0 0 31 2 ? *)', []],
  ])('names %s', (_, expression, expected) => {
    expect(times(expression, Math.max(1, expected.length))).toEqual(expected);
  });

  it('follows the clocks of its time zone', () => {
    expect(times('at(2027-07-01T00:00:00)', 1, 'America/New_York')).toEqual(['2027-07-01T04:00']);
    // Clocks go forward on 28 March 2027 at 2:00, and back on 31 October at 3:00.
    const spring = Date.UTC(2027, 2, 26, 12);
    expect(times('cron(30 2 * * ? *)', 3, 'Europe/Berlin', spring)).toEqual([
      '2027-03-27T01:30',
      '2027-03-29T00:30',
      '2027-03-30T00:30',
    ]);
    const autumn = Date.UTC(2027, 9, 29, 12);
    expect(times('cron(30 2 * * ? *)', 3, 'Europe/Berlin', autumn)).toEqual([
      '2027-10-30T00:30',
      '2027-10-31T00:30',
      '2027-11-01T01:30',
    ]);
  });

  it.each([
    'cron(* * * * * *)',
    'cron(0 2 ? * ? *)',
    'cron(0 2 1 * ?)',
    'cron(60 0 1 * ? *)',
    'cron(5-1 0 1 * ? *)',
    'cron(0/0 0 1 * ? *)',
    'cron(0 0 1 FOO ? *)',
    'rate(0 minutes)',
    'rate(5 seconds)',
    'at(tomorrow)',
    'every day',
  ])('is not %s', (expression) => {
    expect(occurrences(expression, 'UTC', NOON)).toBeUndefined();
  });

  it('is refused with a time zone that does not exist', () => {
    expect(() => occurrences('rate(1 day)', 'Europe/Atlantis', NOON)).toThrow(RangeError);
  });

  it('only ever moves forward, to the minute, and misses none of the times between', () => {
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe');
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 59 }),
        zones,
        fc.integer({ min: 0, max: 40_000_000_000 }),
        (minute, zone, offset) => {
          const next = occurrences(`cron(${minute} * * * ? *)`, zone, 0)!;
          const after = Date.UTC(2026, 0, 1) + offset;
          const time = next(after)!;
          expect(time).toBeGreaterThan(after);
          expect(time % 60_000).toBe(0);
          expect(next(time - 1)).toBe(time);
          // Twice a year an hour is skipped, or its repetition is.
          expect(time - after).toBeLessThanOrEqual(2 * 3_600_000 + 1_800_000);
        },
      ),
    );
  });
});
