// The verdict on a changed schema: every change, and whom it breaks.
import { problemsOf } from './containment.ts';
import type { Difference } from './difference.ts';
import { differencesOf } from './differences.ts';
import { pathText, type Direction, type Kind, type Problem } from './problem.ts';
import type { Schema } from './schema.ts';

/** `old consumers`: they read events that new code makes. `replays`: new code reads old events, from an archive. */
export type Breaks = 'old consumers' | 'replays' | 'both' | 'neither';

export interface Finding {
  /** Where in the value: `data.lines[].country`. */
  readonly path: string;
  readonly kind: Kind;
  readonly was: string;
  readonly is: string;
  readonly breaks: Breaks;
  readonly why: string;
  readonly remedy: string;
}

/** Every change from `old` to `recent` (JSON Schemas 2020-12), the harmless ones too. */
export function compareSchemas(old: Schema, recent: Schema): readonly Finding[] {
  const drafts = new Map<string, Draft>();
  const renamed = new Map<string, string>();
  for (const difference of differencesOf(old, recent)) {
    const key = keyOf(difference);
    drafts.set(key, { ...difference, reasons: reasonsOf(difference) });
    if (difference.renamedTo === undefined) continue;
    const path = [...difference.path.slice(0, -1), difference.renamedTo];
    for (const kind of ['field removed', 'field became optional'] as const)
      renamed.set(keyOf({ ...difference, kind }), key);
    for (const kind of ['field added', 'additionalProperties'] as const) {
      renamed.set(keyOf({ path, kind }), key);
    }
  }
  for (const direction of ['backward', 'forward'] as const) {
    const [written, read] = direction === 'backward' ? [recent, old] : [old, recent];
    for (const found of problemsOf(written, read, direction)) {
      const key = placeOf(found, drafts, renamed);
      const draft = drafts.get(key) ?? draftOf(found, direction);
      drafts.set(key, {
        ...draft,
        reasons: { ...draft.reasons, [direction]: draft.reasons[direction] ?? reasonFor(found, direction) },
      });
    }
  }
  return withoutEchoes([...drafts.values()]).map(findingOf);
}

interface Draft extends Difference {
  /** Why it breaks, by direction. */
  readonly reasons: Partial<Record<Direction, string>>;
}

const keyOf = ({ path, kind }: Pick<Problem, 'path' | 'kind'>): string => JSON.stringify([path, kind]);

/** Which change a problem speaks of: the one at its place, or the coming and going of the field. */
function placeOf(found: Problem, drafts: ReadonlyMap<string, Draft>, renamed: ReadonlyMap<string, string>): string {
  const key = keyOf(found);
  const renaming = renamed.get(key);
  if (renaming !== undefined) return renaming;
  return (
    (['field added', 'field removed'] as const)
      .map((kind) => keyOf({ ...found, kind }))
      .find((other) => drafts.has(other)) ?? key
  );
}

const draftOf = ({ path, kind, written, accepted }: Problem, direction: Direction): Draft =>
  direction === 'backward'
    ? { path, kind, was: accepted, is: written, reasons: {} }
    : { path, kind, was: written, is: accepted, reasons: {} };

/** What breaks although every schema accepts every event: the meaning is lost. */
function reasonsOf({ kind, was, is, counts }: Difference): Draft['reasons'] {
  if (kind === 'field renamed') {
    const reason = (readers: string, name: string) => `${readers} look for ${name} in vain`;
    return { backward: reason('old consumers', was), forward: reason('in old events, new readers', is) };
  }
  if (counts === undefined || was === 'no default') return {};
  const another = 'events without the field now mean another value';
  return {
    ...(counts.recent && is !== 'no default' ? { backward: `new ${another} than old consumers take` } : {}),
    ...(counts.old ? { forward: `old ${another} than when they were sent` } : {}),
  };
}

function reasonFor({ kind, written, accepted, certain }: Problem, direction: Direction): string {
  const [events, readers] = direction === 'backward' ? ['new events', 'old consumers'] : ['old events', 'new readers'];
  if (!certain)
    return `whether ${readers} accept all ${events} cannot be told from the schemas (${written} against ${accepted})`;
  switch (kind) {
    case 'field removed':
      return accepted === 'required' ? `${events} lack what ${readers} count on` : `${readers} never get it again`;
    case 'field became optional':
    case 'field became required':
      return `${events} may lack what ${readers} count on`;
    case 'field added':
      return `${events} lack what ${readers} demand`;
    case 'additionalProperties':
      return `${events} may carry it, ${readers} refuse what they do not declare`;
    default:
      return `${events} may have ${written}, ${readers} accept ${accepted}`;
  }
}

/** A change of type often is one of values and variants as well: once is enough. */
function withoutEchoes(drafts: readonly Draft[]): readonly Draft[] {
  const alike: readonly Kind[] = ['type', 'values', 'variant'];
  const isBroken = ({ reasons }: Draft) => Object.keys(reasons).length > 0;
  const told = new Set(
    drafts.filter((each) => alike.includes(each.kind) && isBroken(each)).map(({ path }) => pathText(path)),
  );
  return drafts.filter((each) => isBroken(each) || !alike.includes(each.kind) || !told.has(pathText(each.path)));
}

function findingOf({ path, kind, was, is, reasons }: Draft): Finding {
  const { backward, forward } = reasons;
  const both = forward === undefined ? 'old consumers' : 'both';
  const breaks = backward === undefined ? (forward === undefined ? 'neither' : 'replays') : both;
  const why = [backward, forward].filter((reason) => reason !== undefined).join('; ');
  return { path: pathText(path), kind, was, is, breaks, why: why || HARMLESS, remedy: remedyFor(kind, breaks) };
}

const HARMLESS = 'old consumers accept all new events, new code accepts all old ones';

const REMEDIES: Partial<Record<Kind, string>> = {
  'field removed': 'keep the field and mark it deprecated',
  'field renamed': 'keep the old field and fill both',
  'field became optional': 'keep it required',
  'field became required': 'keep it optional',
  'field added': 'make it optional',
};

function remedyFor(kind: Kind, breaks: Breaks): string {
  const remedy = REMEDIES[kind];
  switch (breaks) {
    case 'neither':
      return 'raise the minor version';
    case 'old consumers':
      return remedy ?? 'go on sending only what was sent';
    case 'replays':
      return remedy ?? 'go on accepting all that was accepted';
    case 'both':
      return remedy ?? 'leave it as it was';
  }
}
