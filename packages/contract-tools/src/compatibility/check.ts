// Whether the working tree may be published after what was published before.
import { compareSchemas, type Breaks } from './compare.ts';
import { matchesEvent, patternFindings, type EventLike } from './patterns.ts';
import { eventsOf, type Release } from './release.ts';
import { isObject, text, type Json, type JsonObject } from './schema.ts';
import { byMinorVersion, byVersion, nextMinor } from './versions.ts';

/** The contracts of the working tree. */
export interface Present extends Release {
  /** Reads a document as the present contract of the module does: unknown fields dropped; or says what is wrong with it. */
  parse(module: string, document: Json): { readonly document: Json } | { readonly problem: string };
}

/** Something that changed since the last release. */
export interface Change {
  /** What it is about: `evaluation/modelPromoted.v1`, `patterns/evaluation/modelPromoted.v1.json`, `package.json`. */
  readonly about: string;
  readonly path: string;
  /** `field added: absent -> optional string` */
  readonly what: string;
  /** Undefined: it breaks a promise, not an event. */
  readonly breaks: Breaks | undefined;
  readonly why: string;
  readonly remedy: string;
}

export const isFailure = ({ breaks }: Change): boolean => breaks !== 'neither';

/** Every change from the last of `releases` to `present`, and every document ever published that is no longer understood. */
export function changesSince(releases: readonly Release[], present: Present): readonly Change[] {
  const sorted = releases.toSorted((one, other) => byVersion(one.version, other.version));
  const last = sorted.at(-1);
  if (last === undefined) return [];
  const changes = [
    ...schemaChanges(last, present),
    ...patternChanges(sorted, last, present),
    ...sorted.flatMap((release) => exampleChanges(release, sorted, present)),
  ];
  return [...changes, ...versionChanges(changes, last, present)];
}

function schemaChanges(last: Release, present: Present): readonly Change[] {
  const changed = [...last.schemas].flatMap(([module, old]) => {
    const recent = present.schemas.get(module);
    if (recent === undefined) return [goneContract(module, present)];
    return compareSchemas(old, recent).map(({ path, kind, was, is, breaks, why, remedy }): Change => ({
      ...{ about: module, path, what: `${kind}: ${was} -> ${is}`, breaks, why },
      remedy: breaks === 'neither' ? remedy : `${remedy}, or ${newMajor(module, present)}`,
    }));
  });
  const added = [...present.schemas.keys()].filter((module) => !last.schemas.has(module));
  return [
    ...changed,
    ...added.map((about): Change => ({
      ...{ about, path: '', what: 'added', breaks: 'neither' },
      ...{ why: 'nobody relies on it yet', remedy: 'raise the minor version' },
    })),
  ];
}

const goneContract = (module: string, present: Present): Change => ({
  ...{ about: module, path: '', what: 'gone', breaks: 'both' },
  why: 'consumers that are pinned to it, and replays of what it was used for, need it',
  remedy: `put it back, or ${newMajor(module, present)}`,
});

/** `add evaluation/modelPromoted.v2 beside .v1: docs/contracts.md` */
function newMajor(module: string, present: Present): string {
  const [, name = module, major = '1'] = /^(.*)\.v(\d+)$/.exec(module) ?? [];
  const next = `${name}.v${Number(major) + 1}`;
  return present.schemas.has(next)
    ? `leave it as it was published, beside ${next}: docs/contracts.md`
    : `add ${next} beside .v${major}: docs/contracts.md`;
}

const patternFile = (name: string): string => `patterns/${name}.json`;

/** Rules are made from the patterns of any release, and stay as they are. */
function patternChanges(releases: readonly Release[], last: Release, present: Present): readonly Change[] {
  const [old, recent] = [eventsOf(last), eventsOf(present)];
  const broken = distinctPatterns(releases).flatMap(({ name, version, pattern }) =>
    patternFindings(pattern, old, recent).map(({ detailType, path, why }): Change => ({
      about: patternFile(name),
      ...{
        path,
        what: `no longer matches every ${detailType} that it matched in ${version}`,
        breaks: 'old consumers',
        why,
      },
      remedy: 'leave what the pattern reads as it was: rules with it are in use',
    })),
  );
  return [
    ...broken,
    ...[...last.patterns].flatMap(([name, pattern]) => fileChanges(name, pattern, present.patterns.get(name))),
    ...[...present.patterns.keys()].filter((name) => !last.patterns.has(name)).map(addedPattern),
  ];
}

/** What becomes of the file of a pattern. */
function fileChanges(name: string, old: JsonObject, recent: JsonObject | undefined): readonly Change[] {
  const change = { about: patternFile(name), path: '', breaks: 'old consumers' } as const;
  if (recent === undefined) {
    const why = 'templates that are made from the file find it no more';
    return [{ ...change, what: 'gone', why, remedy: 'go on publishing it' }];
  }
  if (text(recent) === text(old)) return [];
  const why = 'rules that are made from the file now match other events than those in use';
  return [{ ...change, what: 'changed', why, remedy: 'leave it as it was, and give the other pattern another name' }];
}

const addedPattern = (name: string): Change => ({
  ...{ about: patternFile(name), path: '', what: 'added', breaks: 'neither' },
  ...{ why: 'nobody relies on it yet', remedy: 'raise the minor version' },
});

interface NamedPattern {
  readonly name: string;
  readonly version: string;
  readonly pattern: JsonObject;
}

function distinctPatterns(releases: readonly Release[]): readonly NamedPattern[] {
  const all = releases.flatMap(({ version, patterns }) =>
    [...patterns].map(([name, pattern]): NamedPattern => ({ name, version, pattern })),
  );
  return [...new Map(all.map((each) => [JSON.stringify([each.name, each.pattern]), each])).values()];
}

/** Examples are read by the present code, and what it makes of them is matched by the rules that matched them. */
function exampleChanges(release: Release, releases: readonly Release[], present: Present): readonly Change[] {
  return release.examples.flatMap((example) => {
    if (!present.schemas.has(example.module)) return [];
    const parsed = present.parse(example.module, example.document);
    const about = `released/${release.version}/examples/${example.module}/${example.name}.json`;
    if ('problem' in parsed) {
      const remedy = `accept it, or ${newMajor(example.module, present)}`;
      return [{ about, path: '', what: 'no longer understood', breaks: 'replays', why: parsed.problem, remedy }];
    }
    return lostPatterns(example.document, parsed.document, releases).map((name): Change => ({
      ...{ about, path: '', what: `no longer matched by ${patternFile(name)}`, breaks: 'old consumers' },
      why: 'what the present code makes of the event lacks what the pattern asks for',
      remedy: 'leave what the pattern reads as it was: rules with it are in use',
    }));
  });
}

/** The patterns that matched the document and do not match what became of it. */
function lostPatterns(document: Json, parsed: Json, releases: readonly Release[]): readonly string[] {
  if (!isEvent(document) || !isEvent(parsed)) return [];
  const lost = distinctPatterns(releases).filter(
    ({ pattern }) => matchesEvent(pattern, document) && !matchesEvent(pattern, parsed),
  );
  return [...new Set(lost.map(({ name }) => name))];
}

const isEvent = (document: Json): document is EventLike & JsonObject =>
  isObject(document) && typeof document['source'] === 'string' && typeof document['detail-type'] === 'string';

/** The package's version, and those of events, rise with what was added, and never fall. What breaks something is refused in any. */
function versionChanges(changes: readonly Change[], last: Release, present: Present): readonly Change[] {
  const hasGrown = changes.length > 0;
  const least = hasGrown ? nextMinor(last.version) : last.version;
  const isTooLow = !changes.some(isFailure) && byVersion(present.version, least) < 0;
  const packages: Change = {
    ...{ about: 'package.json', path: 'version', what: `${last.version} -> ${present.version}`, breaks: undefined },
    why: hasGrown ? `after ${last.version}, an additive change is ${least} at least` : `${last.version} is released`,
    remedy: `set it to ${least}`,
  };
  return [...(isTooLow ? [packages] : []), ...schemaVersions(changes, last, present)];
}

/** The contract's own `schemaVersion`, `<major>.<minor>`, rises with what is added to it. */
function schemaVersions(changes: readonly Change[], last: Release, present: Present): readonly Change[] {
  const changed = new Set(changes.map(({ about }) => about));
  const broken = new Set(changes.filter(isFailure).map(({ about }) => about));
  const grown = [...last.schemas.keys()].filter((module) => changed.has(module) && !broken.has(module));
  return grown.flatMap((about) => {
    const [was, is] = [schemaVersionIn(last, about), schemaVersionIn(present, about)];
    if (was === undefined || is === undefined || byMinorVersion(was, is) < 0) return [];
    const why = `the contract has grown, and what is sent says ${is}`;
    return [
      { about, path: 'schemaVersion', what: `${was} -> ${is}`, breaks: undefined, why, remedy: 'raise its minor' },
    ];
  });
}

/** As the contract's examples say it: events in their metadata, files at their top. */
function schemaVersionIn({ examples }: Release, module: string): string | undefined {
  const document = examples.find((example) => example.module === module)?.document;
  const at = (...steps: string[]) =>
    steps.reduce<Json | undefined>((value, step) => (isObject(value) ? value[step] : undefined), document);
  const found = at('detail', 'metadata', 'schemaVersion') ?? at('schemaVersion');
  return typeof found === 'string' ? found : undefined;
}
