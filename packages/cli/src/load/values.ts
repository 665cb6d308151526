/** Values as files write them, in the form that the warehouse takes; undefined for what is none. */

const LARGEST_INTEGER = 2 ** 31 - 1;

/** From 0 to the warehouse's largest INTEGER. Spreadsheets and decimal columns write `2.0` for 2. */
export function wholeNumber(text: string): string | undefined {
  const [, digits] = /^(\d{1,10})(?:\.0*)?$/.exec(text.trim()) ?? [];
  return digits !== undefined && Number(digits) <= LARGEST_INTEGER ? digits : undefined;
}

const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/** The day as it is written, whatever time may follow it. */
export function day(text: string): string | undefined {
  const [, date] = TIME.exec(text.trim()) ?? [];
  return date !== undefined && isDay(date) ? date : undefined;
}

/** In UTC, without a zone, as the warehouse keeps it. A time without a zone is taken for UTC. */
export function instant(text: string): string | undefined {
  const [, date, time = '00:00', zone = 'Z'] = TIME.exec(text.trim()) ?? [];
  if (date === undefined || !isDay(date)) return undefined;
  const offset = /^z$/i.test(zone) ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
  const at = new Date(`${date}T${time}${offset}`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString().replace('T', ' ').replace('Z', '');
}

/** `Date` rolls the 30th of February over to March. */
function isDay(date: string): boolean {
  const at = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(date);
}
