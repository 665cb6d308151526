/** A moment as the clocks of a time zone show it; month 1 to 12. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** A time zone by its IANA name. Throws RangeError for an unknown one. */
export class Zone {
  readonly #format: Intl.DateTimeFormat;

  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-GB', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** What the clocks show at `instant` (epoch milliseconds). */
  local(instant: number): LocalTime {
    const parts = new Map(this.#format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    return {
      year: part('year'),
      month: part('month'),
      day: part('day'),
      hour: part('hour'),
      minute: part('minute'),
      second: part('second'),
    };
  }

  /** When the clocks show this: the first time when they do so twice, undefined when they skip it. */
  instant(local: LocalTime): number | undefined {
    const wanted = asUtc(local);
    // Zones are less than a day from UTC, and change their offset rarely: it is one of those a day before and after.
    const candidates = [-1, 1].map((days) => {
      const near = wanted + days * 86_400_000;
      return wanted - (asUtc(this.local(near)) - near);
    });
    return candidates.sort((left, right) => left - right).find((instant) => asUtc(this.local(instant)) === wanted);
  }
}

const asUtc = ({ year, month, day, hour, minute, second }: LocalTime): number =>
  Date.UTC(year, month - 1, day, hour, minute, second);
