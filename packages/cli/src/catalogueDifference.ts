import { isDeepStrictEqual } from 'node:util';
import { linesOf } from '@regulabel/shared/catalogue';
import type { Catalogue, CodeListEntry } from '@regulabel/contracts/ingest/catalogue.v1';
import { lineName, type Line } from '@regulabel/contracts/values';
import { settingsOf } from './catalogueSummary.ts';

/** What became of a line's code list. */
export interface CodeListChange {
  readonly line: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Codes with other dates, another title or another successor. */
  readonly changed: readonly string[];
}

/** What a new catalogue changes, line by line. */
export interface CatalogueDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly codeLists: readonly CodeListChange[];
  /** Lines that are trained or judged otherwise. */
  readonly settings: readonly string[];
}

/** What `after` has that `before` has not, and the other way round; without `before` everything is new. */
export function differenceOf(before: Catalogue | undefined, after: Catalogue): CatalogueDifference {
  const former = new Set((before ? linesOf(before) : []).map(lineName));
  const lines = linesOf(after);
  const present = new Set(lines.map(lineName));
  const stayed = lines.filter((line) => former.has(lineName(line)));
  return {
    added: [...present].filter((line) => !former.has(line)),
    removed: [...former].filter((line) => !present.has(line)),
    codeLists: before === undefined ? [] : stayed.flatMap((line) => codeListChange(line, before, after)),
    settings:
      before === undefined
        ? []
        : stayed
            .filter((line) => !isDeepStrictEqual(withoutCodes(before, line), withoutCodes(after, line)))
            .map(lineName),
  };
}

function codeListChange(line: Line, before: Catalogue, after: Catalogue): CodeListChange[] {
  const old = entriesOf(before, line);
  const now = entriesOf(after, line);
  const change = {
    line: lineName(line),
    added: [...now.keys()].filter((code) => !old.has(code)),
    removed: [...old.keys()].filter((code) => !now.has(code)),
    changed: [...now.keys()].filter((code) => old.has(code) && !isDeepStrictEqual(old.get(code), now.get(code))),
  };
  return change.added.length + change.removed.length + change.changed.length > 0 ? [change] : [];
}

/** A line's entries by code: the order of the list means nothing. */
const entriesOf = (catalogue: Catalogue, line: Line): Map<string, CodeListEntry[]> =>
  Map.groupBy(
    (settingsOf(catalogue, line)?.codes ?? []).toSorted((a, b) => ((a.validFrom ?? '') < (b.validFrom ?? '') ? -1 : 1)),
    ({ code }) => code,
  );

const withoutCodes = (catalogue: Catalogue, line: Line) => ({ ...settingsOf(catalogue, line), codes: undefined });
