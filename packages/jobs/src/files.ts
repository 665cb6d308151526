import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { JobFailure } from './failure.ts';

/** SageMaker's file contract of a processing job. */
export interface JobFiles {
  readonly input: (channel: string) => string;
  /** Creates the folder: SageMaker uploads it even when it stays empty. */
  readonly output: (channel: string) => string;
  /** For what does not fit into memory. Below `processing`, which lies on the volume that is encrypted with our key. */
  readonly spill: string;
  /** What `DescribeProcessingJob` returns as `ExitMessage`: at most 1 KB. */
  readonly message: string;
}

export function jobFiles(base: string): JobFiles {
  return {
    input: (channel) => join(base, 'processing', 'input', channel),
    output: (channel) => {
      const folder = join(base, 'processing', 'output', channel);
      mkdirSync(folder, { recursive: true });
      return folder;
    },
    spill: join(base, 'processing', 'spill'),
    message: join(base, 'output', 'message'),
  };
}

const MESSAGE_BYTES = 1024;

/** Leaves the exit message; longer ones are cut at a whole character. */
export function writeMessage(files: JobFiles, message: string): void {
  mkdirSync(dirname(files.message), { recursive: true });
  const bytes = Buffer.from(message);
  // U+FFFD stands for a character that the cut went through.
  const text =
    bytes.length <= MESSAGE_BYTES ? message : bytes.toString('utf8', 0, MESSAGE_BYTES).replace(/\ufffd$/, '');
  writeFileSync(files.message, Buffer.from(text).subarray(0, MESSAGE_BYTES));
}

/** The files below `folder` whose name ends with `ending`, sorted, so that every run reads them in the same order. */
export function filesBelow(folder: string, ending: string): string[] {
  if (!existsSync(folder)) throw new JobFailure(`The job has no input at ${folder}.`);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const BUFFERED_CHARACTERS = 1 << 20;

/** A text file under construction, line by line, in bounded memory. */
export class LineFile {
  readonly #descriptor: number;
  #buffered: string[] = [];
  #characters = 0;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'w');
  }

  write(line: string): void {
    this.#buffered.push(line, '\n');
    this.#characters += line.length + 1;
    if (this.#characters >= BUFFERED_CHARACTERS) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  #flush(): void {
    const bytes = Buffer.from(this.#buffered.join(''));
    for (let written = 0; written < bytes.length;) written += writeSync(this.#descriptor, bytes, written);
    this.#buffered = [];
    this.#characters = 0;
  }
}

/**
 * The lines of a file that aren't blank. Not node:readline: it also ends lines at U+2028, which JSON leaves as it is.
 */
export async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(path, {
    encoding: 'utf8',
    highWaterMark: 1 << 18,
  }) as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield line;
  }
  if (rest.trim() !== '') yield rest;
}
