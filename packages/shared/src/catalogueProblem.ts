import { closestMatch } from 'leven';

/** A place in a catalogue: the keys and indexes that lead there. */
export type Path = readonly (string | number)[];

/** Something that is wrong with a catalogue. */
export interface CatalogueProblem {
  readonly path: Path;
  /** What is wrong: the last key of the path itself, or what stands there. */
  readonly at: 'key' | 'value';
  readonly message: string;
}

export const inKey = (path: Path, message: string): CatalogueProblem => ({ path, at: 'key', message });
export const inValue = (path: Path, message: string): CatalogueProblem => ({ path, at: 'value', message });

/** `countries.DE.schemes.weee.codes[3].replacedBy`; nothing for the catalogue itself. */
export const pathName = (path: Path): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`)).join('');

/** `: did you mean "codes"?`, if one of the known words is close to what was written; else nothing. */
export function suggestion(written: string, known: readonly string[]): string {
  const maxDistance = Math.max(1, Math.floor(written.length / 3));
  const meant = written.length > LONGEST ? undefined : closestMatch(written, known, { maxDistance });
  return meant === undefined ? '' : `: did you mean "${meant}"?`;
}

/** Nobody mistypes longer words than codes are; comparing them would take long. */
const LONGEST = 64;
