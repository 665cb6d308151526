// What differs between two schemas, place by place, whether or not it breaks anything.
import { mapIn, summary, type Difference, type Sides } from './difference.ts';
import { discriminatorOf } from './disjoint.ts';
import { fieldDifferences } from './fieldDifferences.ts';
import type { Kind, Path } from './problem.ts';
import { lowerText, upperText } from './scalars.ts';
import {
  assertionsOf,
  canonical,
  dereferenced,
  isAnnotation,
  isNothing,
  keyword,
  meaning,
  schemaIn,
  schemasIn,
  target,
  text,
  type Place,
  type Schema,
} from './schema.ts';
import { intervalOf, shapesOf } from './shapes.ts';
import { typeName } from './unions.ts';

interface Walk {
  readonly path: Path;
  /** The pairs that this one lies within. */
  readonly under: readonly string[];
}

export const differencesOf = (old: Schema, recent: Schema): readonly Difference[] =>
  differences(
    { old: [{ schema: old, document: old }], recent: [{ schema: recent, document: recent }] },
    { path: [], under: [] },
  );

function differences(sides: Sides, walk: Walk): readonly Difference[] {
  const old = sides.old.flatMap((place) => together(place, []));
  const recent = sides.recent.flatMap((place) => together(place, []));
  const key = `${textOf(old)} to ${textOf(recent)}`;
  if (walk.under.includes(key)) return [];
  const both = { old, recent };
  const here = { ...walk, under: [...walk.under, key] };
  const unions = [old, recent].filter((places) => membersOf(places).length > 0).length;
  if (unions === 1) return formDifferences(both, here);
  return [
    ...(unions === 2 ? memberDifferences(both, here) : typeDifferences(both, here)),
    ...keywordDifferences(both, here),
    ...inside(both, here),
  ];
}

const textOf = (places: readonly Place[]): string =>
  places
    .filter((place) => dereferenced(place) === place)
    .map(({ schema }) => canonical(schema))
    .sort()
    .join(' and ');

/** The schema and all that apply with it: where it refers to, and `allOf`. */
function together(place: Place, entered: readonly Schema[]): readonly Place[] {
  if (entered.includes(place.schema)) return [];
  const referred = target(place);
  const all = [...schemasIn(place, 'allOf'), ...(referred === undefined ? [] : [referred])];
  return [place, ...all.flatMap((each) => together(each, [...entered, place.schema]))];
}

const membersOf = (places: readonly Place[]): readonly Place[] =>
  places.flatMap((place) => ['anyOf', 'oneOf'].flatMap((name) => schemasIn(place, name)));

/** One side is a union and the other is not: what they hold, one by one, is not compared. */
function formDifferences(sides: Sides, walk: Walk): readonly Difference[] {
  const names = (places: readonly Place[]) =>
    shapesOf(places)
      .flatMap((shape) => discriminatorOf(shape) ?? [])
      .join(' | ');
  const [was, is] = [names(sides.old), names(sides.recent)];
  if (was === is) return typeDifferences(sides, walk);
  return [{ path: walk.path, kind: 'variant', was: was || summary(sides.old), is: is || summary(sides.recent) }];
}

/** Members of unions, compared in pairs. */
function memberDifferences({ old, recent }: Sides, walk: Walk): readonly Difference[] {
  const [olds, recents] = [membersOf(old), membersOf(recent)];
  const pairs = pairUp(olds, recents);
  return pairs.flatMap(([before, after]) => {
    if (before !== undefined && after !== undefined) {
      const variant = variantOf(after);
      const path = variant === undefined ? walk.path : [...walk.path, `(${variant})`];
      return differences({ old: [before], recent: [after] }, { ...walk, path });
    }
    const variant = after ?? before;
    if (variant === undefined) return [];
    const name = variantOf(variant);
    const kind = shapesOf([variant]).some(({ type }) => type === 'object') ? 'variant' : 'type';
    const path = name === undefined ? walk.path : [...walk.path, `(${name})`];
    return [
      {
        path,
        kind,
        was: summary(before === undefined ? old : [before]),
        is: after === undefined ? 'gone' : summary([after]),
      },
    ];
  });
}

const variantOf = (place: Place): string | undefined => {
  const [shape, ...others] = shapesOf([place]);
  return shape === undefined || others.length > 0 ? undefined : discriminatorOf(shape);
};

type Pair = readonly [Place | undefined, Place | undefined];

/** Equal members, then those of the same discriminator, then what is left of each side if it is one. */
function pairUp(olds: readonly Place[], recents: readonly Place[]): readonly Pair[] {
  const left = new Set(recents);
  const take = (matches: (place: Place) => boolean): Place | undefined => {
    const found = [...left].find(matches);
    if (found !== undefined) left.delete(found);
    return found;
  };
  const equal = olds.map((old): Pair => [old, take((recent) => meaning(recent) === meaning(old))]);
  const named = equal.map(([old, recent]): Pair => {
    const name = old === undefined ? undefined : variantOf(old);
    return [old, recent ?? (name === undefined ? undefined : take((each) => variantOf(each) === name))];
  });
  const alone = named.filter(([, recent]) => recent === undefined);
  const paired =
    alone.length === 1 && left.size === 1
      ? named.map(([old, recent]): Pair => [old, recent ?? take(() => true)])
      : named;
  return [...paired, ...[...left].map((recent): Pair => [undefined, recent])];
}

function typeDifferences({ old, recent }: Sides, { path }: Walk): readonly Difference[] {
  const types = (places: readonly Place[]) => [...new Set(shapesOf(places).map(typeName))].sort().join();
  const values = (places: readonly Place[]) =>
    shapesOf(places)
      .flatMap(({ constant }) => (constant === undefined ? [] : [text(constant)]))
      .sort()
      .join();
  const [was, is] = [summary(old), summary(recent)];
  if (types(old) !== types(recent)) return [{ path, kind: 'type', was, is }];
  return values(old) === values(recent) ? [] : [{ path, kind: 'values', was, is }];
}

/** How a schema's keywords are spoken of. */
const SPOKEN: readonly (readonly [Kind, (schema: Schema) => string])[] = [
  ['minimum', (schema) => lowerText(intervalOf(schema))],
  ['maximum', (schema) => upperText(intervalOf(schema))],
  ...(
    ['format', 'pattern', 'multipleOf', 'minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems'] as const
  ).map((name) => spoken(name)),
  ...(['minProperties', 'maxProperties'] as const).map((name) => spoken(name)),
];
function spoken(name: Kind): readonly [Kind, (schema: Schema) => string] {
  return [
    name,
    (schema) => {
      const value = keyword(schema, name);
      return value === undefined ? `no ${name}` : typeof value === 'string' ? value : text(value);
    },
  ];
}

function keywordDifferences({ old, recent }: Sides, { path }: Walk): readonly Difference[] {
  const found = SPOKEN.flatMap(([kind, speak]) => {
    const say = (places: readonly Place[]) => {
      const words = [...new Set(places.map(({ schema }) => speak(schema)))];
      const given = words.filter((word) => !word.startsWith('no '));
      return (given.length > 0 ? given : words).sort().join(' and ');
    };
    const [was, is] = [say(old), say(recent)];
    return was === is ? [] : [{ path, kind, was, is }];
  });
  const [was, is] = [otherKeywords(old), otherKeywords(recent)];
  return was === is ? found : [...found, { path, kind: 'keyword', was, is }];
}

const READ = new Set([
  ...['type', 'enum', 'const', 'allOf', 'anyOf', 'oneOf', '$ref', 'exclusiveMinimum', 'exclusiveMaximum'],
  ...['properties', 'required', 'patternProperties', 'additionalProperties', 'propertyNames', 'items', 'prefixItems'],
  ...SPOKEN.map(([kind]) => kind),
]);

const otherKeywords = (places: readonly Place[]): string =>
  places
    .flatMap(({ schema }) => assertionsOf(schema))
    .filter(([name]) => !READ.has(name) && !isAnnotation(name))
    .map(([name, value]) => `${name} ${text(value)}`)
    .sort()
    .join(', ') || 'no other keyword';

/** What differs in fields and items. */
const inside = (sides: Sides, walk: Walk): readonly Difference[] => [
  ...fieldDifferences(sides, walk.path, (inner, path) => differences(inner, { ...walk, path })),
  ...itemDifferences(sides, walk),
  ...patternDifferences(sides, walk),
  ...singleDifferences(sides, walk, { keyword: 'additionalProperties', step: '*', kind: 'additionalProperties' }),
  ...nameDifferences(sides, walk),
];

function itemDifferences(sides: Sides, walk: Walk): readonly Difference[] {
  const tuples = [sides.old, sides.recent].flatMap((places) => places.map((place) => schemasIn(place, 'prefixItems')));
  const length = Math.max(0, ...tuples.map((tuple) => tuple.length));
  const item = (places: readonly Place[], index: number) =>
    places.flatMap((place) => schemasIn(place, 'prefixItems')[index] ?? schemaIn(place, 'items') ?? []);
  const positions = Array.from({ length }, (_, index) => index).flatMap((index) =>
    differences(
      { old: item(sides.old, index), recent: item(sides.recent, index) },
      { ...walk, path: [...walk.path, `[${index}]`] },
    ),
  );
  return [...positions, ...singleDifferences(sides, walk, { keyword: 'items', step: '[]', kind: 'type' })];
}

interface Single {
  readonly keyword: 'items' | 'additionalProperties';
  readonly step: string;
  readonly kind: Kind;
}

/** A keyword with one schema: what differs in it, or that one side lacks it. */
function singleDifferences({ old, recent }: Sides, walk: Walk, { keyword, step, kind }: Single): readonly Difference[] {
  const find = (places: readonly Place[]) => places.flatMap((place) => schemaIn(place, keyword) ?? []);
  const [was, is] = [find(old), find(recent)];
  const isClosed = [...was, ...is].some(({ schema }) => isNothing(schema));
  const path = [...walk.path, step];
  if (was.length > 0 && is.length > 0 && !isClosed) return differences({ old: was, recent: is }, { ...walk, path });
  const say = (places: readonly Place[]) => (places.length === 0 ? `no ${keyword}` : summary(places));
  return say(was) === say(is) ? [] : [{ path, kind, was: say(was), is: say(is) }];
}

function patternDifferences({ old, recent }: Sides, walk: Walk): readonly Difference[] {
  const [olds, recents] = [mapIn(old, 'patternProperties'), mapIn(recent, 'patternProperties')];
  return [...new Set([...olds.keys(), ...recents.keys()])].flatMap((pattern) => {
    const [was, is] = [olds.get(pattern), recents.get(pattern)];
    const path = [...walk.path, `*${pattern}`];
    if (was !== undefined && is !== undefined) return differences({ old: was, recent: is }, { ...walk, path });
    const say = (places: readonly Place[] | undefined) => (places === undefined ? 'absent' : summary(places));
    return [{ path, kind: 'patternProperties', was: say(was), is: say(is) }];
  });
}

function nameDifferences({ old, recent }: Sides, { path }: Walk): readonly Difference[] {
  const find = (places: readonly Place[]) => places.flatMap((place) => schemaIn(place, 'propertyNames') ?? []);
  const say = (places: readonly Place[]) =>
    places
      .map(({ schema }) => canonical(schema))
      .sort()
      .join(' and ');
  const [was, is] = [say(find(old)), say(find(recent))];
  return was === is ? [] : [{ path, kind: 'propertyNames', was: was || 'any name', is: is || 'any name' }];
}
