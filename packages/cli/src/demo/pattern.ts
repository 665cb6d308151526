import type { Random } from './random.ts';

/** Makes a text such as `{8..32/8}GB RAM` with a number of each range, in its steps. */
export type Pattern = (random: Random) => string;

const RANGE = /\{(\d+)\.\.(\d+)(?:\/(\d+))?\}/;

export function patternOf(text: string): Pattern {
  const match = RANGE.exec(text);
  if (match === null) return () => text;
  const [range, min, max, step] = [match[0], Number(match[1]), Number(match[2]), Number(match[3] ?? 1)];
  const before = text.slice(0, match.index);
  const after = patternOf(text.slice(match.index + range.length));
  const steps = Math.floor((max - min) / step);
  return (random) => `${before}${min + step * random.integer(0, steps)}${after(random)}`;
}
