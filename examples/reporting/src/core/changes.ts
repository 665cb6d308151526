import { lineName, type Line } from '@regulabel/contracts/values';
import type { Figures, LineFigures } from './figures.ts';

/** A code's quantity before and now. */
export interface Change extends Line {
  readonly code: string;
  readonly before: number;
  readonly now: number;
}

/**
 * Every code whose quantity is another one than before, by line and code. Lines that failed, or had no model, in either of the
 * two are left out: that nothing was labelled does not mean that nothing was sold.
 */
export function changes(before: Figures, now: Figures): Change[] {
  const earlier = new Map(before.lines.filter(isKnown).map((line) => [lineName(line), line]));
  return now.lines.filter(isKnown).flatMap((line) => {
    const known = earlier.get(lineName(line));
    return known === undefined ? [] : changesOfLine(known, line);
  });
}

const isKnown = ({ outcome }: LineFigures): boolean => outcome === 'labelled' || outcome === 'empty';

function changesOfLine(before: LineFigures, { country, scheme, ...now }: LineFigures): Change[] {
  const [was, is] = [before, now].map(({ codes }) => new Map(codes.map(({ code, quantity }) => [code, quantity])));
  const codes = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])].sort();
  return codes
    .map((code) => ({ country, scheme, code, before: was?.get(code) ?? 0, now: is?.get(code) ?? 0 }))
    .filter((change) => change.before !== change.now);
}
