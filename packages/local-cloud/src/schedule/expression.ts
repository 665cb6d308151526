import { nextCron, parseCron } from './cron.ts';
import { Zone } from './zone.ts';

/** The times of a schedule: the first one after a moment, both in epoch milliseconds; undefined when none is left. */
export type Occurrences = (after: number) => number | undefined;

const UNIT_MS = new Map([
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
]);

/**
 * Reads `at(...)`, `rate(...)` or `cron(...)`; a rate counts from `anchor` (epoch milliseconds). Undefined for what is no
 * expression of EventBridge Scheduler. Throws RangeError for a time zone that does not exist.
 */
export function occurrences(expression: string, timeZone: string, anchor: number): Occurrences | undefined {
  const [, kind, inner = ''] = /^(at|rate|cron)\((.*)\)$/.exec(expression.trim()) ?? [];
  const zone = new Zone(timeZone);
  if (kind === 'at') return at(inner, zone);
  if (kind === 'rate') return rate(inner, anchor);
  const cron = kind === 'cron' ? parseCron(inner) : undefined;
  return cron && ((after) => nextCron(cron, zone, after));
}

function at(text: string, zone: Zone): Occurrences | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const instant = zone.instant({ year, month, day, hour, minute, second });
  return instant === undefined ? undefined : (after) => (instant > after ? instant : undefined);
}

function rate(text: string, anchor: number): Occurrences | undefined {
  const [, count = '', unit = ''] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(text) ?? [];
  const unitMs = UNIT_MS.get(unit);
  if (unitMs === undefined) return undefined;
  const every = Number(count) * unitMs;
  return (after) => anchor + Math.max(0, Math.floor((after - anchor) / every) + 1) * every;
}
