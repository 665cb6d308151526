import { notSupported } from './operation.ts';

/** The times of a schedule: the first one after a moment, both in epoch milliseconds; undefined when none is left. */
export type Occurrences = (after: number) => number | undefined;

const DAY_MS = 86_400_000;
const UNIT_MS = new Map([
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', DAY_MS],
]);
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const LAST_YEAR = 2199;
/** Minutes, hours, day of month, month, day of week, year: the least, the most, and the names for the numbers. */
const FIELDS: readonly (readonly [least: number, most: number, names?: readonly string[]])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12, MONTHS],
  [1, 7, WEEKDAYS],
  [1970, LAST_YEAR],
];

/**
 * Reads `rate(...)`, which counts from `anchor` (epoch milliseconds), or `cron(...)`, in UTC. Undefined for what is no
 * expression of EventBridge Scheduler; throws 501 for one that is not supported.
 */
export function occurrences(expression: string, anchor: number): Occurrences | undefined {
  const [, kind, inner = ''] = /^(at|rate|cron)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === 'at') throw notSupported(`The schedule expression ${expression}`);
  if (kind === 'rate') return rate(inner, anchor);
  return kind === 'cron' ? cron(inner) : undefined;
}

function rate(text: string, anchor: number): Occurrences | undefined {
  const [, count = '', unit = ''] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(text) ?? [];
  const unitMs = UNIT_MS.get(unit);
  if (unitMs === undefined) return undefined;
  const every = Number(count) * unitMs;
  return (after) => anchor + Math.max(0, Math.floor((after - anchor) / every) + 1) * every;
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based */
function cron(text: string): Occurrences | undefined {
  const fields = text.trim().toUpperCase().split(/\s+/);
  const [, , day = '', , weekday = ''] = fields;
  // Exactly one of the two says which days; the other is `?`.
  if (fields.length !== 6 || (day === '?') === (weekday === '?')) return undefined;
  if (/[LW#]/.test(day) || /L$|#/.test(weekday)) throw notSupported(`A day given as ${day} ${weekday}`);
  const all = FIELDS.map((range, at) => values(fields[at]?.replace('?', '*') ?? '', ...range));
  return all.some((numbers) => numbers.length === 0) ? undefined : (after) => next(all, after);
}

function next(fields: readonly (readonly number[])[], after: number): number | undefined {
  const [minutes = [], hours = [], ...days] = fields;
  const times = hours.flatMap((hour) => minutes.map((minute) => (hour * 60 + minute) * 60_000));
  const end = Date.UTC(LAST_YEAR + 1, 0);
  for (let day = Math.floor(after / DAY_MS) * DAY_MS; day < end; day += DAY_MS) {
    const date = new Date(day);
    const shown = [date.getUTCDate(), date.getUTCMonth() + 1, date.getUTCDay() + 1, date.getUTCFullYear()];
    if (!shown.every((value, at) => days[at]?.includes(value))) continue;
    const time = times.find((each) => day + each > after);
    if (time !== undefined) return day + time;
  }
  return undefined;
}

/** A list of `*`, `a` and `a-b`, each with or without `/step`, as numbers in order; none for anything else. */
function values(field: string, least: number, most: number, names: readonly string[] = []): number[] {
  const all = new Set<number>();
  for (const item of field.split(',')) {
    const numeric = item.replace(/[A-Z]+/g, (word) =>
      names.includes(word) ? String(names.indexOf(word) + least) : word,
    );
    const { first, last, step } = rangeOf(numeric, least, most);
    if (first < least || last > most || first > last) return [];
    for (let value = first; value <= last; value += step) all.add(value);
  }
  return [...all].sort((left, right) => left - right);
}

function rangeOf(item: string, least: number, most: number): { first: number; last: number; step: number } {
  const [match, from, to, step] = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/([1-9]\d*))?$/.exec(item) ?? [];
  if (match === undefined) return { first: 1, last: 0, step: 1 };
  // All values, and one value with a step, go to the end.
  const end = from === undefined || step !== undefined ? most : from;
  return { first: Number(from ?? least), last: Number(to ?? end), step: Number(step ?? 1) };
}
