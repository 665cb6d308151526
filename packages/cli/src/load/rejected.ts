import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { join, parse } from 'node:path';
import type { Reason, RejectedRow } from './row.ts';
import type { SourceRow } from './source.ts';

export interface RejectedReason {
  readonly reason: Reason;
  readonly rows: number;
  /** The first ones. */
  readonly examples: readonly { readonly line: number; readonly detail: string }[];
}

const EXAMPLES = 3;
const LONGEST_DETAIL = 80;

/**
 * The rows that are not loaded: counted, and kept aside as CSV with the file's own columns behind `reason` and `line`. The
 * file can be put right and loaded, since loading passes over columns that it does not know.
 */
export class RejectedRows {
  readonly #folder: string;
  readonly #name: string;
  readonly #header: readonly string[];
  readonly #counts = new Map<Reason, { rows: number; examples: { line: number; detail: string }[] }>();
  #text = '';
  #kept: { readonly file: string; readonly handle: FileHandle } | undefined;

  /** `folder` takes a file called as `source`, which the rows are from. */
  constructor(folder: string, source: string, header: readonly string[]) {
    this.#folder = folder;
    this.#name = parse(source).name;
    this.#header = header;
  }

  get rows(): number {
    return [...this.#counts.values()].reduce((sum, { rows }) => sum + rows, 0);
  }

  /** The most frequent first. */
  get reasons(): readonly RejectedReason[] {
    return [...this.#counts]
      .map(([reason, { rows, examples }]) => ({ reason, rows, examples }))
      .sort((a, b) => b.rows - a.rows);
  }

  /** Where the rows are kept; undefined as long as there are none. */
  get file(): string | undefined {
    return this.#kept?.file;
  }

  add({ line, fields }: SourceRow, { reason, detail }: RejectedRow): void {
    const count = this.#counts.get(reason) ?? { rows: 0, examples: [] };
    this.#counts.set(reason, count);
    count.rows += 1;
    if (count.examples.length < EXAMPLES) count.examples.push({ line, detail: shortened(detail) });
    this.#text += csvLine([reason, String(line), ...fields]);
  }

  /** Writes what was added since the last time. */
  async flush(): Promise<void> {
    if (this.#text === '') return;
    if (this.#kept === undefined) {
      await mkdir(this.#folder, { recursive: true });
      this.#kept = await openFreeName(this.#folder, this.#name);
      await this.#kept.handle.write(csvLine(['reason', 'line', ...this.#header]));
    }
    await this.#kept.handle.write(this.#text);
    this.#text = '';
  }

  async close(): Promise<void> {
    await this.#kept?.handle.close();
  }

  /** The whole file is refused: nothing of it is kept. */
  async discard(): Promise<void> {
    if (this.#kept !== undefined) await rm(this.#kept.file, { force: true });
  }
}

/** What was kept of an earlier file of the same name stays, and may be what is loaded now. */
async function openFreeName(folder: string, name: string): Promise<{ file: string; handle: FileHandle }> {
  for (let number = 1; ; number += 1) {
    const file = join(folder, `${name}${number === 1 ? '' : `-${number}`}.csv`);
    try {
      return { file, handle: await open(file, 'wx') };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}

const csvLine = (fields: readonly (string | null)[]): string => `${fields.map(csvField).join(',')}\n`;

const csvField = (field: string | null): string =>
  field !== null && /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : (field ?? '');

/** One line of a terminal, whatever the field held. */
function shortened(detail: string): string {
  const line = detail.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return line.length > LONGEST_DETAIL ? `${line.slice(0, LONGEST_DETAIL)}...` : line;
}
