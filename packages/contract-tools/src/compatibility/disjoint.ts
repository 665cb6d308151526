import { constantsOf, fieldIn } from './fields.ts';
import { isNothing, type Place } from './schema.ts';
import { meet, type ObjectShape, type Shape } from './shape.ts';
import { refusalOf, shapesOf } from './shapes.ts';

/** How deep fields are looked into: a recursive schema would have no end. */
const DEEPEST = 3;

/** Whether no value that a producer writes with this shape satisfies `place`; false where that cannot be told. */
export function isDisjoint(shape: Shape, place: Place): boolean {
  const refusal = refusalOf(place).text;
  return (
    shape.opaque.some(({ text }) => text === refusal) ||
    shapesOf([place]).every((other) => apart(shape, other, { depth: 0, byAbsence: true }))
  );
}

/** As {@link isDisjoint}, by what fields hold and not by which there are: another variant of a union. */
export const isOtherVariant = (shape: Shape, place: Place): boolean =>
  shapesOf([place]).every((other) => apart(shape, other, { depth: 0, byAbsence: false }));

function apart(shape: Shape, other: Shape, how: { depth: number; byAbsence: boolean }): boolean {
  if (meet(shape, other) === undefined) return true;
  if (shape.type !== 'object' || other.type !== 'object' || how.depth === DEEPEST) return false;
  return [...shape.required.union(other.required)].some((name) => {
    const written = fieldIn(shape, name);
    const read = readIn(other, name);
    if (written === undefined || read.some(({ schema }) => isNothing(schema))) return how.byAbsence;
    const reads = shapesOf(read);
    const deeper = { ...how, depth: how.depth + 1 };
    return shapesOf(written).every((one) => reads.every((two) => apart(one, two, deeper)));
  });
}

/** What a reader asks of the field; of one that is not declared either: nothing. */
const readIn = ({ parts }: ObjectShape, name: string): readonly Place[] =>
  parts.flatMap(({ properties, additional, patterns }) => {
    const place = properties.get(name) ?? (patterns.size === 0 ? additional : undefined);
    return place === undefined ? [] : [place];
  });

/** A field that tells the shape from its siblings in a union: `type=integer`. */
export function discriminatorOf(shape: Shape): string | undefined {
  if (shape.type !== 'object') return undefined;
  for (const name of shape.required) {
    const [value, ...others] = constantsOf(shapesOf(fieldIn(shape, name) ?? [])) ?? [];
    if (typeof value === 'string' && others.length === 0) return `${name}=${value}`;
  }
  return undefined;
}
