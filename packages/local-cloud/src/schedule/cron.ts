import type { Zone } from './zone.ts';

/** The fields of a cron expression: which values and which days it names. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  isDay(day: Day): boolean;
}

interface Day {
  readonly day: number;
  /** 1 (Sunday) to 7. */
  readonly weekday: number;
  readonly lastDay: number;
  readonly firstWeekday: number;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const LAST_YEAR = 2199;

/**
 * Minutes, hours, day of month, month, day of week, year: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
 * Undefined for what is no such expression.
 */
export function parseCron(text: string): Cron | undefined {
  const fields = text.trim().toUpperCase().split(/\s+/);
  if (fields.length !== 6) return undefined;
  const [minute, hour, day, month, weekday, year] = fields as [string, string, string, string, string, string];
  const minutes = values(minute, 0, 59);
  const hours = values(hour, 0, 23);
  const months = values(month, 1, 12, MONTHS);
  const years = values(year, 1970, LAST_YEAR);
  const isDay = days(day, weekday);
  if (!minutes || !hours || !months || !years || !isDay) return undefined;
  return { minutes, hours, months: new Set(months), years: new Set(years), isDay };
}

/** Exactly one of the two fields says which days; the other is `?`. */
function days(ofMonth: string, ofWeek: string): Cron['isDay'] | undefined {
  if (ofMonth === '?') return dayOfWeek(ofWeek);
  return ofWeek === '?' ? dayOfMonth(ofMonth) : undefined;
}

/** The first moment after `after` (epoch milliseconds); a time that the zone's clocks skip is skipped. */
export function nextCron(cron: Cron, zone: Zone, after: number): number | undefined {
  const start = zone.local(after);
  for (let date = Date.UTC(start.year, start.month - 1, start.day); ; date += 86_400_000) {
    const utc = new Date(date);
    const [year, month, day] = [utc.getUTCFullYear(), utc.getUTCMonth() + 1, utc.getUTCDate()];
    if (year > LAST_YEAR) return undefined;
    if (!cron.years.has(year) || !cron.months.has(month) || !cron.isDay(describe(utc))) continue;
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const instant = zone.instant({ year, month, day, hour, minute, second: 0 });
        if (instant !== undefined && instant > after) return instant;
      }
    }
  }
}

function describe(date: Date): Day {
  const weekday = date.getUTCDay() + 1;
  const day = date.getUTCDate();
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return { day, weekday, lastDay, firstWeekday: ((weekday - day + 35) % 7) + 1 };
}

/** A list of `*`, `a` and `a-b`, each with or without `/step`, as numbers in order; undefined for anything else. */
function values(field: string, least: number, most: number, names: readonly string[] = []): number[] | undefined {
  const all = new Set<number>();
  for (const item of field.split(',')) {
    const numeric = item.replace(/[A-Z]+/g, (word) =>
      names.includes(word) ? String(names.indexOf(word) + least) : word,
    );
    const range = rangeOf(numeric, least, most);
    if (range === undefined || range.first < least || range.last > most || range.first > range.last) return undefined;
    for (let value = range.first; value <= range.last; value += range.step) all.add(value);
  }
  return [...all].sort((left, right) => left - right);
}

function rangeOf(item: string, least: number, most: number): { first: number; last: number; step: number } | undefined {
  const match = /^(?:(\*)|(\d+)(?:-(\d+))?)(?:\/([1-9]\d*))?$/.exec(item);
  if (match === null) return undefined;
  const [, all, first, last, step] = match;
  if (all !== undefined) return { first: least, last: most, step: Number(step ?? 1) };
  // With a step, a single value begins a range to the end.
  const end = step === undefined ? first : most;
  return { first: Number(first), last: Number(last ?? end), step: Number(step ?? 1) };
}

function dayOfMonth(field: string): Cron['isDay'] | undefined {
  if (field === 'L') return ({ day, lastDay }) => day === lastDay;
  const weekday = /^(L|\d+)W$/.exec(field)?.[1];
  if (weekday !== undefined)
    return (day) => day.day === nearestWeekday(weekday === 'L' ? day.lastDay : Number(weekday), day);
  const named = values(field, 1, 31);
  return named && (({ day }) => named.includes(day));
}

/** The day from Monday to Friday that is nearest to `target`, within its month. */
function nearestWeekday(target: number, { lastDay, firstWeekday }: Day): number | undefined {
  if (target > lastDay) return undefined;
  const weekday = ((firstWeekday - 1 + target - 1) % 7) + 1;
  if (weekday === 7) return target > 1 ? target - 1 : target + 2;
  if (weekday === 1) return target < lastDay ? target + 1 : target - 2;
  return target;
}

function dayOfWeek(field: string): Cron['isDay'] | undefined {
  const special = /^(\w+?)(L|#([1-5]))$/.exec(field);
  const [weekday] = (special && values(special[1] ?? '', 1, 7, WEEKDAYS)) ?? [];
  if (field === 'L') return (day) => day.weekday === 7;
  if (special !== null) {
    if (weekday === undefined) return undefined;
    const nth = special[3];
    return nth === undefined
      ? (day) => day.weekday === weekday && day.day > day.lastDay - 7
      : (day) => day.weekday === weekday && Math.ceil(day.day / 7) === Number(nth);
  }
  const named = values(field, 1, 7, WEEKDAYS);
  return named && ((day) => named.includes(day.weekday));
}
