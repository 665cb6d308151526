import { CommandError } from '../errors.ts';
import type { FileTable } from './tables.ts';

export interface Header {
  /** Where each column of the table stands in a row of the file; `undefined` where the file has no such column. */
  readonly positions: readonly (number | undefined)[];
  /** How many fields a row has. */
  readonly width: number;
  /** Columns that the table does not have. */
  readonly ignored: readonly string[];
}

/** Finds a table's columns in a file's header. Throws `CommandError` when one is missing or there twice. */
export function readHeader(file: string, names: readonly string[], { columns }: FileTable): Header {
  const found = names.map((name) => name.trim().toLowerCase());
  const required = columns.filter((column) => column.required).map(({ name }) => name);
  const missing = required.filter((name) => !found.includes(name));
  if (missing.length > 0) {
    const hint = found.some((name) => name.includes('\0'))
      ? '; it looks like UTF-16 without a byte order mark: --encoding utf-16le'
      : '';
    throw new CommandError(
      `${file} has no column ${missing.join(', ')}: it needs ${required.join(', ')}; its first line has ${listed(names)}${hint}`,
    );
  }
  const twice = columns.find(({ name }) => found.indexOf(name) !== found.lastIndexOf(name));
  if (twice !== undefined) throw new CommandError(`${file} has the column ${twice.name} twice`);
  return {
    positions: columns.map(({ name }) => (found.includes(name) ? found.indexOf(name) : undefined)),
    width: names.length,
    ignored: names.filter((_, at) => !columns.some(({ name }) => name === found[at])),
  };
}

const SHOWN = 200;

/** What may be anything, on one line that a terminal can show. */
function listed(names: readonly string[]): string {
  const text = JSON.stringify(names.join(', '));
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}..."` : text;
}
