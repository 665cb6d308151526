import { open, stat } from 'node:fs/promises';
import { CommandError } from '../errors.ts';
import { openCsv } from './csv.ts';
import type { Encoding } from './decode.ts';
import { openParquet } from './parquet.ts';

/** A row of a file as it stands there. */
export interface SourceRow {
  /** Where it begins: the line of a CSV file, the row of a Parquet file. The first is 1. */
  readonly line: number;
  /** In the header's order, one for each column, unless the row is broken. */
  readonly fields: readonly (string | null)[];
  /** A quoted field goes on after its closing quote: where fields and rows end is a guess. */
  readonly unpaired?: boolean;
}

export interface Source {
  readonly header: readonly string[];
  /** Every row after the header, a bounded batch at a time. It can be read again. */
  rows(): AsyncGenerator<readonly SourceRow[]>;
}

export interface SourceOptions {
  /** The columns that make a line the header. */
  readonly known: readonly string[];
  /** Of a text file without a byte order mark. */
  readonly encoding: Encoding;
}

/** What people try, and what it takes to make a table of it. */
const FOREIGN: readonly (readonly [magic: Buffer, what: string])[] = [
  [Buffer.from([0x1f, 0x8b]), 'compressed with gzip: unpack it first'],
  [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), 'compressed with zstd: unpack it first'],
  [Buffer.from('PK\u0003\u0004'), 'a zip archive or an Excel workbook: unpack it, or save the sheet as CSV'],
];

/** Throws `CommandError` for what is no file that can be read, or an empty one: all that can be said at a glance. */
export async function checkFile(file: string): Promise<void> {
  const { head, size } = await look(file);
  if (size === 0) throw new CommandError(`${file} is empty`);
  const foreign = FOREIGN.find(([magic]) => head.subarray(0, magic.length).equals(magic));
  if (foreign !== undefined) throw new CommandError(`${file} is ${foreign[1]}`);
}

/** Opens a CSV or Parquet file, told apart by their content. Throws `CommandError` when it has no header. */
export async function openSource(file: string, options: SourceOptions): Promise<Source> {
  const { head } = await look(file);
  if (head.toString('latin1') === 'PAR1') return openParquet(file);
  if (file.toLowerCase().endsWith('.parquet')) {
    throw new CommandError(`${file} is no Parquet file, whatever its name says: it does not begin with PAR1`);
  }
  return openCsv(file, options);
}

async function look(file: string): Promise<{ head: Buffer; size: number }> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw new CommandError(`${file} is ${found.isDirectory() ? 'a folder' : 'no regular file'}`);
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    return { head: buffer.subarray(0, bytesRead), size: found.size };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandError(`${file} cannot be read: ${why}`, { cause: error });
  }
}
