import { stripVTControlCharacters } from 'node:util';
import type { Run } from '@regulabel/shared/tableItems';
import { lineName } from '@regulabel/contracts/values';
import type { Colour, Screen } from '../output.ts';
import type { Stage, Stages } from './stages.ts';

/** Every stage in the order of a line's life: its colour, and its mark in Unicode and in ASCII. */
const LOOKS: Readonly<Record<Stage, readonly [colour: Colour, mark: string, ascii: string]>> = {
  waiting: ['dim', '·', '.'],
  training: ['cyan', '◔', 't'],
  testing: ['cyan', '◑', 'e'],
  comparing: ['cyan', '◕', 'c'],
  labelling: ['cyan', '◑', 'l'],
  promoted: ['green', '●', 'P'],
  labelled: ['green', '●', 'L'],
  rejected: ['yellow', '○', 'R'],
  held: ['yellow', '=', 'H'],
  skipped: ['yellow', '-', 'S'],
  empty: ['yellow', '∅', 'E'],
  'no-winner': ['yellow', '?', 'N'],
  failed: ['red', '✗', 'F'],
};
const ORDER = Object.keys(LOOKS) as Stage[];

/** The stages that a run's bars always show, so that they do not hop about; others join when a line gets there. */
const USUAL: Readonly<Record<Run['purpose'], readonly Stage[]>> = {
  training: ['waiting', 'training', 'testing', 'comparing', 'promoted', 'rejected'],
  inference: ['waiting', 'labelling', 'labelled'],
};

/** So many countries are said in words, if they fit. */
const A_HANDFUL = 8;
const LONGEST_BAR = 40;

/**
 * A run as lines of text below `headings`, which wrap between each other: country by scheme. In words for a handful of
 * countries, else in marks with a bar for each stage; of these forms the first one that fits the screen.
 */
export function frame(
  run: Pick<Run, 'purpose' | 'lines'>,
  stages: Stages,
  headings: readonly string[],
  screen: Screen,
): string[] {
  const head = flow(headings, screen);
  const [marked, counts] = [grid(run, stages, screen), legend(run, stages, screen)];
  const forms = [
    ...(new Set(run.lines.map(({ country }) => country)).size <= A_HANDFUL ? [words(run, stages, screen)] : []),
    ['', ...marked, '', ...bars(run, stages, screen), ...schemeLegend(run, screen)],
    ['', ...marked, ...counts],
    [...marked, ...counts],
    counts,
  ].map((form) => [...head, ...form]);
  const fits = (lines: string[]): boolean =>
    lines.length <= screen.rows && lines.every((line) => width(line) <= screen.columns);
  return forms.find(fits) ?? [...head, ...counts].slice(0, screen.rows).map((line) => cropped(line, screen.columns));
}

/** A country a row, its lines side by side: `DE  ● weee promoted`. */
function words(run: Pick<Run, 'lines'>, stages: Stages, screen: Screen): string[] {
  const scheme = Math.max(...run.lines.map((line) => line.scheme.length));
  const stage = Math.max(...ORDER.map((name) => name.length));
  return [...Map.groupBy(run.lines, ({ country }) => country)].map(([country, lines]) => {
    const cells = lines.map((line) => {
      const at = stageOf(stages, line);
      return `${mark(at, screen)} ${line.scheme.padEnd(scheme)} ${screen.paint(LOOKS[at][0], at)}${' '.repeat(stage - at.length)}`;
    });
    return `  ${country}  ${cells.join('  ')}`.trimEnd();
  });
}

/** Countries down and then across, a column of marks for each scheme. */
function grid(run: Pick<Run, 'lines'>, stages: Stages, screen: Screen): string[] {
  const schemes = schemesOf(run);
  const short = abbreviated(schemes);
  const cells = [...Map.groupBy(run.lines, ({ country }) => country)].map(([country, lines]) => {
    const marks = schemes.map((scheme, column) => {
      const line = lines.find((each) => each.scheme === scheme);
      const shown = line === undefined ? ' ' : mark(stageOf(stages, line), screen);
      return shown + ' '.repeat((short[column] ?? '').length - 1);
    });
    return `${country} ${marks.join(' ')}`;
  });
  const heading = `   ${short.join(' ')}`;
  const gap = '    ';
  const across = Math.max(Math.floor((screen.columns - 2 + gap.length) / (heading.length + gap.length)), 1);
  const down = Math.ceil(cells.length / across);
  const rows = Array.from({ length: down }, (_, row) => cells.filter((_cell, index) => index % down === row).join(gap));
  const headings = Array.from({ length: Math.ceil(cells.length / down) }, () => screen.paint('dim', heading)).join(gap);
  return [headings, ...rows].map((row) => `  ${row}`.trimEnd());
}

/** A row for each stage: its mark, its name, how many lines are there, and a bar of all lines' length. */
function bars(run: Pick<Run, 'purpose' | 'lines'>, stages: Stages, screen: Screen): string[] {
  const counts = countsOf(run, stages);
  const longest = Math.max(Math.min(screen.columns - 22, LONGEST_BAR), 1);
  const name = Math.max(...counts.map(([stage]) => stage.length));
  return counts.map(([stage, count]) => {
    const length = count === 0 ? 0 : Math.max(Math.round((count / run.lines.length) * longest), 1);
    const bar = length === 0 ? '' : `  ${screen.paint(LOOKS[stage][0], (screen.unicode ? '█' : '#').repeat(length))}`;
    return `  ${mark(stage, screen)} ${stage.padEnd(name)} ${String(count).padStart(4)}${bar}`;
  });
}

/** The same counts without bars, and what the schemes' letters stand for. */
function legend(run: Pick<Run, 'purpose' | 'lines'>, stages: Stages, screen: Screen): string[] {
  const counts = countsOf(run, stages).filter(([, count]) => count > 0);
  return [
    ...flow(
      counts.map(([stage, count]) => `${mark(stage, screen)} ${count} ${stage}`),
      { ...screen, columns: screen.columns - 2 },
    ).map((line) => `  ${line}`),
    ...schemeLegend(run, screen),
  ];
}

function schemeLegend(run: Pick<Run, 'lines'>, screen: Screen): string[] {
  const schemes = schemesOf(run);
  const short = abbreviated(schemes);
  const items = schemes.flatMap((scheme, index) =>
    short[index] === scheme ? [] : [`${short[index] ?? ''} ${scheme}`],
  );
  return flow(items, { ...screen, columns: screen.columns - 2 }).map((line) => `  ${screen.paint('dim', line)}`);
}

function countsOf(run: Pick<Run, 'purpose' | 'lines'>, stages: Stages): [Stage, number][] {
  const lines = Map.groupBy(run.lines, (line) => stageOf(stages, line));
  return ORDER.map((stage): [Stage, number] => [stage, lines.get(stage)?.length ?? 0]).filter(
    ([stage, count]) => count > 0 || USUAL[run.purpose].includes(stage),
  );
}

/** `3 training, 1 promoted`, in the order of a line's life. */
export const countsInWords = (stages: Iterable<Stage>): string => {
  const lines = Map.groupBy(stages, (stage) => stage);
  return ORDER.flatMap((stage) => (lines.has(stage) ? [`${lines.get(stage)?.length ?? 0} ${stage}`] : [])).join(', ');
};

const stageOf = (stages: Stages, line: Run['lines'][number]): Stage => stages.get(lineName(line)) ?? 'waiting';

const mark = (stage: Stage, { unicode, paint }: Screen): string => {
  const [colour, sign, ascii] = LOOKS[stage];
  return paint(colour, unicode ? sign : ascii);
};

const schemesOf = ({ lines }: Pick<Run, 'lines'>): string[] => [...new Set(lines.map(({ scheme }) => scheme))].sort();

/** Each name's beginning, just long enough to tell them apart. */
function abbreviated(names: readonly string[]): string[] {
  for (let length = 1; ; length += 1) {
    const short = names.map((name) => name.slice(0, length));
    if (new Set(short).size === names.length) return short;
  }
}

/** Items side by side, in as many lines as that takes. */
function flow(items: readonly string[], { columns }: Screen): string[] {
  const lines: string[] = [];
  for (const item of items) {
    const last = lines.at(-1);
    const longer = last === undefined ? undefined : `${last}   ${item}`;
    if (longer !== undefined && width(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(item);
  }
  return lines;
}

const cropped = (line: string, columns: number): string =>
  width(line) <= columns ? line : stripVTControlCharacters(line).slice(0, columns);

/** The columns that a text takes: every character here takes one. */
export const width = (text: string): number => stripVTControlCharacters(text).length;
