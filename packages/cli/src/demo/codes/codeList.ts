import type { LineSettings } from '@regulabel/contracts/ingest/catalogue.v1';

/** A code of a regulator's list, and the kinds of items that it is for. Both days are included. */
export interface Code<Kind extends string> {
  readonly code: string;
  readonly title: string;
  readonly kinds: readonly Kind[];
  readonly validFrom: string;
  readonly validTo?: string;
  readonly replacedBy?: string;
}
export type CodeList<Kind extends string> = readonly Code<Kind>[];

/** What a person may write for each kind of item on a day: the code in force, one that is no longer, one that is not yet. */
export interface CodesOfDay<Kind extends string> {
  readonly valid: ReadonlyMap<Kind, string>;
  readonly retired: ReadonlyMap<Kind, string>;
  readonly announced: ReadonlyMap<Kind, string>;
}

/** The same list, in which `code` was called `former` until the end of the day `until`. */
export function formerly<Kind extends string>(
  list: CodeList<Kind>,
  { code, former, until }: { readonly code: string; readonly former: string; readonly until: string },
): CodeList<Kind> {
  const next = new Date(Date.parse(until) + 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
  return list.flatMap((entry) =>
    entry.code === code
      ? [
          { ...entry, code: former, validTo: until, replacedBy: code },
          { ...entry, validFrom: next },
        ]
      : [entry],
  );
}

/** Later entries stand for their kinds where several are retired. */
export function codesOfDay<Kind extends string>(list: CodeList<Kind>, day: string): CodesOfDay<Kind> {
  const map = (entries: CodeList<Kind>): Map<Kind, string> =>
    new Map(entries.flatMap(({ code, kinds }) => kinds.map((kind) => [kind, code] as const)));
  const oldestFirst = [...list].sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
  return {
    valid: map(list.filter(({ validFrom, validTo = '9999' }) => validFrom <= day && day <= validTo)),
    retired: map(oldestFirst.filter(({ validTo = '9999' }) => validTo < day)),
    announced: map(list.filter(({ validFrom }) => day < validFrom)),
  };
}

/** As a catalogue lists it. */
export const listed = <Kind extends string>(list: CodeList<Kind>): NonNullable<LineSettings['codes']> =>
  list.map(({ code, title, validFrom, validTo, replacedBy }) => ({
    ...{ code, title, validFrom },
    ...(validTo !== undefined && { validTo }),
    ...(replacedBy !== undefined && { replacedBy }),
  }));
