import { styleText } from 'node:util';

/** The one JSON document of `--json`. */
export const printJson = (document: unknown): void =>
  void process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);

export const print = (...lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n`);

/** Columns as wide as their widest cell; the first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

const LABEL = 11;

/** A row of a summary: what it says, wrapped below itself, beside its label. */
export const labelled = (label: string, ...says: readonly string[]): string[] =>
  says.map((say, index) => `  ${(index === 0 ? label : '').padEnd(LABEL)}  ${say}`);

/** The columns that are left beside a label. */
export const besideLabel = (columns: number): number => columns - LABEL - 4;

/** Text in lines of at most so many columns, broken at spaces; a longer word has a line of its own. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Where a command works: a state folder's local cloud, or a deployed stage. */
export interface Where {
  readonly state: string;
  readonly stage?: string;
}

/** A command of ours as people type it, to work at the same place. */
export const commandText = (words: string, where: Where): string => `npm run -s regulabel -- ${words}${at(where)}`;

function at({ state, stage }: Where): string {
  if (stage !== undefined) return ` --stage ${stage}`;
  return state === '.regulabel' ? '' : ` --state '${state}'`;
}

/** How the first run comes about. */
export const howToRun = ({ stage }: Where): string =>
  stage === undefined ? '`npm start`, or `run training`' : 'the schedules of the stage start the runs';

export const figure = (value: number): string => value.toFixed(3);
export const number = (value: number): string => value.toLocaleString('en-US');

/** How a stream shows things: what fits, in which characters, and how colours are put on. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly unicode: boolean;
  readonly paint: (colour: Colour, text: string) => string;
}

export type Colour = 'dim' | 'cyan' | 'green' | 'yellow' | 'red';

/** Of what is no terminal, so much of a line can be read. */
const PLAIN_COLUMNS = 100;

/** The last column and row of a terminal stay free: it would wrap and scroll there. */
export const screenOf = (stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv = process.env): Screen => ({
  columns: stream.isTTY ? Math.max(stream.columns - 1, 1) : PLAIN_COLUMNS,
  rows: stream.isTTY ? Math.max(stream.rows - 1, 1) : Infinity,
  unicode: process.platform === 'win32' ? env['WT_SESSION'] !== undefined : env['TERM'] !== 'linux' && isUtf8(env),
  // The depth takes NO_COLOR and FORCE_COLOR into account.
  paint:
    stream.isTTY && stream.getColorDepth(env) > 1
      ? (colour, text) => styleText(colour, text, { validateStream: false })
      : (_colour, text) => text,
});

const isUtf8 = (env: NodeJS.ProcessEnv): boolean =>
  /utf-?8/i.test(
    [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '') ?? '',
  );

/** `1 line`, `60 lines`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${number(count)} ${count === 1 ? one : many}`;
