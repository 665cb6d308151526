import { linesOf } from '@regulabel/shared/catalogue';
import type { Catalogue, LineSettings } from '@regulabel/contracts/ingest/catalogue.v1';
import type { Line } from '@regulabel/contracts/values';

/** A day on which a code of a line begins to be valid, or the last one on which it is. */
export interface CodeChange extends Line {
  readonly code: string;
  readonly begins?: string;
  readonly ends?: string;
  readonly replacedBy?: string;
}

/** What a catalogue holds, in figures, and which codes change by law within a year of `today` (YYYY-MM-DD). */
export function summaryOf(catalogue: Catalogue, today: string) {
  const lines = linesOf(catalogue);
  const lists = lines.map((line) => ({ line, codes: settingsOf(catalogue, line)?.codes ?? [] }));
  const within = yearAfter(today);
  const soon = (date: string | undefined): date is string => date !== undefined && today <= date && date <= within;
  const changes = lists.flatMap(({ line, codes }) =>
    codes.flatMap(({ code, validFrom, validTo, replacedBy }): CodeChange[] => [
      ...(soon(validFrom) ? [{ ...line, code, begins: validFrom }] : []),
      ...(soon(validTo) ? [{ ...line, code, ends: validTo, ...(replacedBy === undefined ? {} : { replacedBy }) }] : []),
    ]),
  );
  return {
    countries: Object.keys(catalogue.countries).length,
    lines: lines.length,
    codes: lists.reduce((sum, { codes }) => sum + new Set(codes.map(({ code }) => code)).size, 0),
    languages: [...new Set(Object.values(catalogue.countries).flatMap(({ languages }) => languages))].sort(),
    changes: changes.sort((a, b) => (dateOf(a) < dateOf(b) ? -1 : 1)),
  };
}

export const settingsOf = ({ countries }: Catalogue, { country, scheme }: Line): LineSettings | undefined =>
  countries[country]?.schemes[scheme];

const dateOf = ({ begins, ends }: CodeChange): string => begins ?? ends ?? '';

function yearAfter(today: string): string {
  const date = new Date(`${today}T00:00:00Z`);
  date.setUTCFullYear(date.getUTCFullYear() + 1);
  return date.toISOString().slice(0, 10);
}
