// Which fields an object of a shape may have, read as producers write: strictly, nothing beyond what the schema declares.
import { isNothing, type Place } from './schema.ts';
import { matches, type ObjectShape, type Scalar, type Shape } from './shape.ts';
import { shapesOf } from './shapes.ts';

/** A producer adds no field to an object that lists its properties and does not say what others may be. */
const isClosed = ({ parts }: ObjectShape): boolean =>
  parts.some(({ declares }) => declares) && parts.every(({ additional }) => additional === undefined);

/** What the field's value satisfies; undefined where a producer never writes the field. */
export function fieldIn(shape: ObjectShape, name: string): readonly Place[] | undefined {
  const perPart = shape.parts.map(({ properties, patterns }) => ({
    named: properties.get(name),
    matching: [...patterns].filter(([pattern]) => matches(pattern, name) !== false),
  }));
  const isDeclared = perPart.some(({ named, matching }) => named !== undefined || matching.length > 0);
  if (!isDeclared && isClosed(shape) && !shape.required.has(name)) return undefined;
  if (!mayBeCalled(shape, name)) return undefined;
  const places = shape.parts.flatMap(({ additional }, index) => {
    const { named, matching = [] } = perPart[index] ?? {};
    const own = matching.flatMap(([pattern, place]) => (matches(pattern, name) === true ? [place] : []));
    if (named !== undefined) own.push(named);
    return matching.length > 0 || named !== undefined || additional === undefined ? own : [additional];
  });
  return places.some(({ schema }) => isNothing(schema)) ? undefined : places;
}

const mayBeCalled = ({ names }: ObjectShape, name: string): boolean =>
  names.length === 0 || shapesOf([{ schema: { const: name }, document: true }, ...names]).length > 0;

export interface Names {
  /** The fields that a producer may write, by name. */
  readonly known: readonly string[];
  /** Those of which only a pattern is known, with what their values satisfy. */
  readonly patterns: readonly (readonly [string, Place])[];
  /** Whether there may be fields besides. */
  readonly open: boolean;
}

export function namesOf(shape: ObjectShape): Names {
  const finite = shape.names.length === 0 ? undefined : constantsOf(shapesOf(shape.names));
  const declared = shape.parts.flatMap(({ properties }) => [...properties.keys()]);
  const known = new Set([...declared, ...shape.required, ...(finite ?? []).map(String)]);
  return {
    known: [...known].filter((name) => fieldIn(shape, name) !== undefined),
    patterns: finite === undefined ? shape.parts.flatMap(({ patterns }) => [...patterns]) : [],
    open: finite === undefined && !isClosed(shape),
  };
}

/** What the fields satisfy that are neither declared nor match a pattern. */
export const otherFieldsOf = ({ parts }: ObjectShape): readonly Place[] =>
  parts.flatMap(({ additional }) => (additional === undefined ? [] : [additional]));

/** The values of the shapes' strings, numbers and literals; undefined where there are others. */
export function constantsOf(shapes: readonly Shape[]): readonly Scalar[] | undefined {
  const constants = shapes.flatMap(({ constant }) => (constant === undefined ? [] : [constant]));
  return constants.length === shapes.length ? constants : undefined;
}
