import { inValue, type CatalogueProblem, type Path } from './catalogueProblem.ts';
import { codeListEntry, type CodeListEntry } from '@regulabel/contracts/ingest/catalogue.v1';

/** An entry with its place in the list. */
type Placed = CodeListEntry & { readonly index: number };

/** Where a code list, as people write it, contradicts itself. Entries that are none at all are passed over. */
export function codeListProblems(list: readonly unknown[], path: Path): CatalogueProblem[] {
  const entries = list.flatMap((value, index): Placed[] => {
    const { data } = codeListEntry.safeParse(value);
    return data === undefined ? [] : [{ ...data, index }];
  });
  const at = ({ index }: Placed, field: keyof CodeListEntry): Path => [...path, index, field];
  const periods = Map.groupBy(entries, ({ code }) => code);
  // A successor may stand in an entry that is wrong in another way.
  const known = new Set(list.map(codeOf).filter((code) => code !== undefined));
  return [
    ...entries
      .filter(({ code }) => /^\s|\s$|\p{Cc}/u.test(code))
      .map((entry) =>
        inValue(
          at(entry, 'code'),
          `blanks around, or control characters in, the code ${JSON.stringify(entry.code)}: no label can have it`,
        ),
      ),
    ...entries
      .filter(({ validFrom = '', validTo = NEVER }) => validFrom > validTo)
      .map((entry) =>
        inValue(
          at(entry, 'validTo'),
          `code ${entry.code} ends (${entry.validTo ?? ''}) before it begins (${entry.validFrom ?? ''})`,
        ),
      ),
    ...[...periods.values()].flatMap((of) =>
      overlaps(of).map(([earlier, later]) =>
        inValue(
          at(later, 'code'),
          `code ${later.code}: its period ${period(later)} overlaps with ${period(earlier)} in [${earlier.index}]`,
        ),
      ),
    ),
    ...entries.flatMap((entry) =>
      entry.replacedBy === undefined || known.has(entry.replacedBy)
        ? []
        : [
            inValue(
              at(entry, 'replacedBy'),
              `code ${entry.code} is replaced by ${entry.replacedBy}, which is not in the list`,
            ),
          ],
    ),
    ...circles(entries).map((circle) =>
      inValue(
        at(circle[0], 'replacedBy'),
        `code ${circle[0].code} is replaced, in the end, by itself: ${shortened([...circle, circle[0]].map(({ code }) => code)).join(' -> ')}`,
      ),
    ),
  ];
}

const codeOf = (entry: unknown): string | undefined =>
  typeof entry === 'object' && entry !== null && 'code' in entry && typeof entry.code === 'string'
    ? entry.code
    : undefined;

/** ISO dates sort as text; an open end reaches beyond every date. */
const NEVER = '9999-12-31';

const period = ({ validFrom, validTo }: CodeListEntry): string => `${validFrom ?? '...'} to ${validTo ?? '...'}`;

/** Each entry with an earlier one that still holds when it begins. */
function overlaps(periods: readonly Placed[]): [Placed, Placed][] {
  const sorted = periods.toSorted((a, b) => ((a.validFrom ?? '') < (b.validFrom ?? '') ? -1 : 1));
  let last = sorted[0];
  return sorted.slice(1).flatMap((entry): [Placed, Placed][] => {
    const before = last;
    if (before === undefined) return [];
    if ((entry.validTo ?? NEVER) > (before.validTo ?? NEVER)) last = entry;
    return (entry.validFrom ?? '') <= (before.validTo ?? NEVER) ? [[before, entry]] : [];
  });
}

/** Each circle of successors once, from its first entry on. */
function circles(entries: readonly Placed[]): [Placed, ...Placed[]][] {
  const replaced = new Map(
    entries.filter(({ replacedBy }) => replacedBy !== undefined).map((entry) => [entry.code, entry]),
  );
  const found: [Placed, ...Placed[]][] = [];
  /** Entries that were passed, by the one that the walk began with. */
  const passed = new Map<Placed, Placed>();
  for (const start of replaced.values()) {
    let entry: Placed | undefined = start;
    while (entry !== undefined && !passed.has(entry)) {
      passed.set(entry, start);
      entry = replaced.get(entry.replacedBy ?? '');
    }
    if (entry === undefined || passed.get(entry) !== start) continue;
    const circle: [Placed, ...Placed[]] = [entry];
    for (let next = replaced.get(entry.replacedBy ?? ''); next !== undefined && next !== entry;) {
      circle.push(next);
      next = replaced.get(next.replacedBy ?? '');
    }
    found.push(circle);
  }
  return found;
}

/** A long chain by its beginning and its end. */
const shortened = (codes: readonly string[]): readonly string[] =>
  codes.length <= 8 ? codes : [...codes.slice(0, 4), '...', ...codes.slice(-3)];
