import Papa from 'papaparse';
import { CommandError } from '../errors.ts';
import { decodedText, type Encoding } from './decode.ts';
import type { Source, SourceOptions, SourceRow } from './source.ts';

const DELIMITERS = [',', ';', '\t'] as const;
/** In UTF-16 units. A quote that is never closed would make the rest of the file one row, and fill the memory with it. */
const LONGEST_ROW = 16_000_000;

interface Header {
  readonly names: readonly string[];
  readonly delimiter: string;
}

/** A CSV file. Its header, the first line with anything in it, says the delimiter. */
export async function openCsv(file: string, { known, encoding }: SourceOptions): Promise<Source> {
  const { names, delimiter } = headerOf(await firstLine(file, encoding), known);
  return { header: names, rows: () => rowsAfterHeader(file, encoding, delimiter) };
}

async function firstLine(file: string, encoding: Encoding): Promise<string> {
  let text = '';
  for await (const piece of decodedText(file, encoding)) {
    text = (text + piece).replace(/^[ \r\n]+/, '');
    const end = text.indexOf('\n');
    if (end !== -1) return text.slice(0, end).replace(/\r$/, '');
    if (text.length > LONGEST_ROW) throw new CommandError(`${file} is no CSV file: its first line does not end`);
  }
  if (text === '') throw new CommandError(`${file} is empty: it has nothing but blank lines`);
  return text;
}

/** The header by the delimiter that makes the most known columns of it, or else the most columns. */
function headerOf(line: string, known: readonly string[]): Header {
  const [best] = DELIMITERS.map((delimiter) => {
    const names = (Papa.parse<string[]>(line, { delimiter, newline: '\n' }).data[0] ?? []).map((name) => name.trim());
    return { names, delimiter, hits: names.filter((name) => known.includes(name.toLowerCase())).length };
  }).sort((a, b) => b.hits - a.hits || b.names.length - a.names.length);
  return best ?? { names: [], delimiter: ',' };
}

async function* rowsAfterHeader(
  file: string,
  encoding: Encoding,
  delimiter: string,
): AsyncGenerator<readonly SourceRow[]> {
  const rows = new RowReader(file, delimiter);
  let header = true;
  const withoutHeader = (read: SourceRow[]): SourceRow[] => {
    if (!header || read.length === 0) return read;
    header = false;
    return read.slice(1);
  };
  for await (const piece of decodedText(file, encoding)) yield withoutHeader(rows.read(piece));
  yield withoutHeader(rows.end());
}

/**
 * Cuts text into rows. Fields may be quoted, hold line breaks, and double their quotes; a quote within an unquoted field
 * (`24" monitor`) is itself. Line breaks are LF or CRLF, mixed as they come. Blank lines are no rows.
 */
class RowReader {
  readonly #file: string;
  readonly #parser: Papa.Parser;
  #rest = '';
  #line = 1;

  constructor(file: string, delimiter: string) {
    this.#file = file;
    this.#parser = new Papa.Parser({ delimiter, newline: '\n' });
  }

  /** The rows that are complete with this piece of the text. */
  read(piece: string): SourceRow[] {
    this.#rest += piece;
    const rows = this.#take(false);
    if (this.#rest.length > LONGEST_ROW) throw this.#unclosed(this.#line);
    return rows;
  }

  /** What is left when the text has ended. */
  end(): SourceRow[] {
    return this.#take(true);
  }

  #take(last: boolean): SourceRow[] {
    const { data, errors, meta } = this.#parser.parse(this.#rest, 0, !last) as Papa.ParseResult<string[]>;
    this.#rest = this.#rest.slice(meta.cursor);
    // Errors may also be of the last row, which is not complete yet and will be read again.
    const problems = new Map(errors.map(({ row = -1, code }) => [row, code]));
    const rows: SourceRow[] = [];
    for (const [index, fields] of data.entries()) {
      const line = this.#line;
      this.#line += 1 + fields.reduce((breaks, field) => breaks + lineBreaks(field), 0);
      if (problems.get(index) === 'MissingQuotes') throw this.#unclosed(line);
      const final = fields.pop() ?? '';
      fields.push(final.endsWith('\r') ? final.slice(0, -1) : final);
      if (fields.length === 1 && fields[0]?.trim() === '') continue;
      rows.push({ line, fields, ...(problems.has(index) ? { unpaired: true } : {}) });
    }
    return rows;
  }

  #unclosed(line: number): CommandError {
    return new CommandError(
      `${this.#file}: a quoted field of the row that begins in line ${line} does not end; close its quote, and double every quote within it`,
    );
  }
}

function lineBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
