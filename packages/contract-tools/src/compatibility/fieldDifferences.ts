import { mapIn, summary, type Difference, type Sides } from './difference.ts';
import type { Path } from './problem.ts';
import { dereferenced, keyword, meaning, stringsIn, text, type Place } from './schema.ts';

/** What differs in the fields of objects; `within` goes on into a field. */
export function fieldDifferences(
  { old, recent }: Sides,
  path: Path,
  within: (sides: Sides, path: Path) => readonly Difference[],
): readonly Difference[] {
  const [before, after] = [fieldsOf(old), fieldsOf(recent)];
  const removed = before.filter(({ name }) => after.every((other) => other.name !== name));
  const added = after.filter(({ name }) => before.every((other) => other.name !== name));
  const renamed = renamings(removed, added);
  const isRenamed = new Set(renamed.flat());
  return [
    ...renamed.map(([from, to]): Difference => ({
      path: [...path, from.name],
      kind: 'field renamed',
      was: from.name,
      is: to.name,
      renamedTo: to.name,
    })),
    ...removed.flatMap((field): Difference[] =>
      isRenamed.has(field)
        ? []
        : [{ path: [...path, field.name], kind: 'field removed', was: spoken(field), is: 'absent' }],
    ),
    ...added.flatMap((field): Difference[] =>
      isRenamed.has(field)
        ? []
        : [{ path: [...path, field.name], kind: 'field added', was: 'absent', is: spoken(field) }],
    ),
    ...before.flatMap((was) => {
      const is = after.find(({ name }) => name === was.name);
      const here = [...path, was.name];
      return is === undefined
        ? []
        : [...betweenFields(was, is, here), ...within({ old: was.places, recent: is.places }, here)];
    }),
  ];
}

interface Field {
  readonly name: string;
  readonly required: boolean;
  readonly places: readonly Place[];
}

function fieldsOf(places: readonly Place[]): readonly Field[] {
  const required = new Set(places.flatMap(({ schema }) => stringsIn(schema, 'required')));
  return [...mapIn(places, 'properties')].map(([name, inner]) => ({
    name,
    required: required.has(name),
    places: inner,
  }));
}

const spoken = ({ required, places }: Field): string => `${required ? 'required' : 'optional'} ${summary(places)}`;

/** Fields that are gone while one of the same meaning, and no other, has come. */
function renamings(removed: readonly Field[], added: readonly Field[]): readonly (readonly [Field, Field])[] {
  const meaningOf = ({ places }: Field) => places.map(meaning).sort().join(' and ');
  const come = Map.groupBy(added, meaningOf);
  return [...Map.groupBy(removed, meaningOf)].flatMap(([same, [from, ...others]]) => {
    const [to, ...more] = come.get(same) ?? [];
    return from === undefined || to === undefined || others.length + more.length > 0 ? [] : [[from, to] as const];
  });
}

function betweenFields(was: Field, is: Field, path: Path): readonly Difference[] {
  const found: Difference[] = [];
  if (was.required !== is.required) {
    const kind = is.required ? 'field became required' : 'field became optional';
    const say = ({ required }: Field) => (required ? 'required' : 'optional');
    found.push({ path, kind, was: say(was), is: say(is) });
  }
  const [before, after] = [defaultOf(was), defaultOf(is)];
  if (before !== after) {
    const counts = { old: !was.required, recent: !is.required };
    found.push({ path, kind: 'default', was: before, is: after, counts });
  }
  return found;
}

function defaultOf({ places }: Field): string {
  const values = places
    .flatMap((place) => [place, dereferenced(place)])
    .map(({ schema }) => keyword(schema, 'default'));
  const [value] = values.filter((each) => each !== undefined);
  return value === undefined ? 'no default' : text(value);
}
