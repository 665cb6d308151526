import type { Kind, Path } from './problem.ts';
import { schemaMapIn, text, type Place } from './schema.ts';
import { shapesOf } from './shapes.ts';
import { typeName } from './unions.ts';

export interface Difference {
  readonly path: Path;
  readonly kind: Kind;
  readonly was: string;
  readonly is: string;
  /** For a renamed field: what it is called now. */
  readonly renamedTo?: string;
  /** For a default: where it counts, since the field may be absent there. */
  readonly counts?: { readonly old: boolean; readonly recent: boolean };
}

/** Both sides of a place: all schemas that apply to it. */
export interface Sides {
  readonly old: readonly Place[];
  readonly recent: readonly Place[];
}

const MOST_NAMED = 12;
const ALL_TYPES = 6;

/** `"a" | "b"`, `string | null`, `object` */
export function summary(places: readonly Place[]): string {
  const shapes = shapesOf(places);
  const hasBoth = [true, false].every((value) => shapes.some(({ constant }) => constant === value));
  const names = shapes.map((shape) =>
    shape.constant === undefined || shape.type === 'null' || (shape.type === 'boolean' && hasBoth)
      ? typeName(shape)
      : text(shape.constant),
  );
  const distinct = [...new Set(names)];
  const shown = distinct.length > MOST_NAMED ? [...distinct.slice(0, MOST_NAMED), '...'] : distinct;
  return distinct.length === ALL_TYPES ? 'anything' : shown.join(' | ') || 'nothing';
}

/** The schemas that the places have in a map, by key. */
export function mapIn(places: readonly Place[], name: string): ReadonlyMap<string, readonly Place[]> {
  const entries = places.flatMap((place) => [...schemaMapIn(place, name)]);
  return new Map([...Map.groupBy(entries, ([key]) => key)].map(([key, group]) => [key, group.map(([, each]) => each)]));
}
