import type { Catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import type { Header } from './header.ts';
import type { SourceRow } from './source.ts';
import type { Column, FileTable } from './tables.ts';

/** Why a row is not loaded, and what that means. */
export const REASONS = {
  'unpaired-quotes': 'a quoted field goes on after its closing quote: double every quote within it',
  'wrong-field-count': 'more or fewer fields than the header',
  'null-byte': 'a null byte in a field',
  'too-long': 'a field longer than 65,535 bytes, the most that the warehouse takes',
  'missing-item_id': 'no item_id',
  'missing-country': 'no country',
  'missing-title': 'no title',
  'missing-scheme': 'no scheme',
  'missing-code': 'no code',
  'unknown-country': 'a country that is not in the catalogue',
  'unknown-scheme': "a scheme that the catalogue does not have for the row's country",
  'bad-quantity': 'a quantity that is no whole number from 0 to 2,147,483,647',
  'bad-labelled_at': 'a labelled_at that is no time such as 2026-01-31 or 2026-01-31T12:30:00Z',
  'bad-sold_on': 'a sold_on that is no date such as 2026-01-31',
  duplicate: 'the item has a row for its country and scheme already; the first is loaded',
} as const;
export type Reason = keyof typeof REASONS;

export interface RejectedRow {
  readonly reason: Reason;
  /** What was found. */
  readonly detail: string;
}

export interface AcceptedRow {
  /** In the order of the table's columns. */
  readonly values: readonly (string | null)[];
  /** It had no date of its own. */
  readonly undated: boolean;
}

export interface RowRules {
  readonly table: FileTable;
  readonly header: Header;
  readonly catalogue: Catalogue;
  /** `YYYY-MM`: its first day is the date of rows without one. */
  readonly month: string;
}

/** Checks a row against the table and the catalogue. Answers what is loaded, or the first reason why it is not. */
export function checkRow(row: SourceRow, { table, header, catalogue, month }: RowRules): AcceptedRow | RejectedRow {
  const problem = shapeProblem(row, header);
  if (problem !== undefined) return problem;
  const values: (string | null)[] = [];
  for (const [at, column] of table.columns.entries()) {
    const position = header.positions[at];
    const value = valueOf(position === undefined ? '' : (row.fields[position] ?? ''), column);
    if (typeof value === 'object' && value !== null) return value;
    values.push(value);
  }
  const valueAt = (name: string): string | null | undefined =>
    values[table.columns.findIndex((each) => each.name === name)];
  const unknown = lineProblem(valueAt('country') ?? '', valueAt('scheme') ?? undefined, catalogue);
  if (unknown !== undefined) return unknown;
  const undated = valueAt('sold_on') === null;
  return { values: undated ? values.with(-1, `${month}-01`) : values, undated };
}

function shapeProblem({ fields, unpaired }: SourceRow, { width, positions }: Header): RejectedRow | undefined {
  if (unpaired === true) return rejected('unpaired-quotes', fields.find((field) => field?.includes('"')) ?? '');
  if (fields.length !== width) return rejected('wrong-field-count', `${fields.length}, the header has ${width}`);
  const known = positions.flatMap((position) => (position === undefined ? [] : (fields[position] ?? [])));
  const withNull = known.find((field) => field.includes('\0'));
  return withNull === undefined ? undefined : rejected('null-byte', withNull);
}

/** Redshift's longest VARCHAR: https://docs.aws.amazon.com/redshift/latest/dg/r_Character_types.html */
const LONGEST_BYTES = 65_535;

function valueOf(field: string, { name, required, empty, read }: Column): string | null | RejectedRow {
  if (field.trim() === '') return required ? rejected(`missing-${name}` as Reason, '') : empty;
  if (field.length > LONGEST_BYTES / 3 && Buffer.byteLength(field) > LONGEST_BYTES) {
    return rejected('too-long', `${name}, ${Buffer.byteLength(field)} bytes`);
  }
  return read(field) ?? rejected(`bad-${name}` as Reason, field);
}

function lineProblem(country: string, scheme: string | undefined, { countries }: Catalogue): RejectedRow | undefined {
  if (!Object.hasOwn(countries, country)) return rejected('unknown-country', country);
  if (scheme === undefined || Object.hasOwn(countries[country]?.schemes ?? {}, scheme)) return undefined;
  return rejected('unknown-scheme', `${country}/${scheme}`);
}

const rejected = (reason: Reason, detail: string): RejectedRow => ({ reason, detail });
