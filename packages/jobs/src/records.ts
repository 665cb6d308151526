import { join } from 'node:path';
import { LineFile } from './files.ts';

/** One line for a transform job: `k` is how many labels are asked for. */
export const recordLine = (itemId: string, source: string): string => JSON.stringify({ item_id: itemId, source, k: 1 });

/** Writes lines into `part-00000.jsonl`, `part-00001.jsonl`, ... of at most `size` lines each. */
export class PartFiles {
  readonly #folder: string;
  readonly #size: number;
  #lines = 0;
  #parts = 0;
  #current: LineFile | undefined;

  constructor(folder: string, size: number) {
    this.#folder = folder;
    this.#size = size;
  }

  write(line: string): void {
    if (this.#lines % this.#size === 0) {
      this.#current?.close();
      this.#current = new LineFile(join(this.#folder, `part-${String(this.#parts++).padStart(5, '0')}.jsonl`));
    }
    this.#current?.write(line);
    this.#lines++;
  }

  /** How many files there are. */
  close(): number {
    this.#current?.close();
    return this.#parts;
  }
}
