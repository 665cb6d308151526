// One JSON type with what is known of its values.
import type { Place } from './schema.ts';

export type Scalar = null | boolean | number | string;

interface Common {
  /** The only value, where there is just one: `enum` becomes a shape for each of its values. */
  readonly constant?: Scalar | undefined;
  readonly formats: readonly string[];
  /** What else holds. */
  readonly opaque: readonly Opaque[];
}

/** A keyword that is not read, but compared as a whole. */
export interface Opaque {
  readonly keyword: string;
  /** The same for the same meaning. */
  readonly text: string;
}

export interface PlainShape extends Common {
  readonly type: 'null' | 'boolean';
}

/** Numbers of an interval; -Infinity and Infinity where it has no bound. */
export interface NumberShape extends Common {
  readonly type: 'number';
  readonly integer: boolean;
  readonly minimum: number;
  readonly exclusiveMinimum: boolean;
  readonly maximum: number;
  readonly exclusiveMaximum: boolean;
  readonly multiples: readonly number[];
}

export interface StringShape extends Common {
  readonly type: 'string';
  readonly minLength: number;
  readonly maxLength: number;
  readonly patterns: readonly string[];
}

export interface ArrayShape extends Common {
  readonly type: 'array';
  readonly minItems: number;
  readonly maxItems: number;
  readonly unique: boolean;
  /** Every one of them holds for the items. */
  readonly parts: readonly ArrayPart[];
}
export interface ArrayPart {
  readonly prefix: readonly Place[];
  readonly rest: Place | undefined;
}

export interface ObjectShape extends Common {
  readonly type: 'object';
  readonly required: ReadonlySet<string>;
  readonly minProperties: number;
  readonly maxProperties: number;
  /** What every name keeps. */
  readonly names: readonly Place[];
  /** Every one of them holds for the fields. */
  readonly parts: readonly ObjectPart[];
}
export interface ObjectPart {
  readonly properties: ReadonlyMap<string, Place>;
  readonly patterns: ReadonlyMap<string, Place>;
  /** Undefined: the schema does not say. */
  readonly additional: Place | undefined;
  /** Whether it lists properties at all. */
  readonly declares: boolean;
}

export type Shape = PlainShape | NumberShape | StringShape | ArrayShape | ObjectShape;

/** What has both shapes; undefined where plainly nothing has. */
export function meet(left: Shape, right: Shape): Shape | undefined {
  const result = join(left, right);
  return result !== undefined && isPossible(result) ? result : undefined;
}

function join(left: Shape, right: Shape): Shape | undefined {
  const own = joinOwn(left, right);
  const [one = right.constant, other = one] = [left.constant, right.constant];
  if (own === undefined || one !== other) return undefined;
  const formats = [...new Set([...left.formats, ...right.formats])];
  const opaque = [...new Map([...left.opaque, ...right.opaque].map((each) => [each.text, each])).values()];
  return { ...own, formats, opaque, constant: one };
}

function joinOwn(left: Shape, right: Shape): Shape | undefined {
  if (left.type === 'number' && right.type === 'number') return meetNumbers(left, right);
  if (left.type === 'string' && right.type === 'string') return meetStrings(left, right);
  if (left.type === 'array' && right.type === 'array') return meetArrays(left, right);
  if (left.type === 'object' && right.type === 'object') return meetObjects(left, right);
  return left.type === right.type ? left : undefined;
}

function meetNumbers(left: NumberShape, right: NumberShape): NumberShape {
  const lower =
    left.minimum > right.minimum || (left.minimum === right.minimum && left.exclusiveMinimum) ? left : right;
  const upper =
    left.maximum < right.maximum || (left.maximum === right.maximum && left.exclusiveMaximum) ? left : right;
  return {
    ...left,
    integer: left.integer || right.integer,
    minimum: lower.minimum,
    exclusiveMinimum: lower.exclusiveMinimum,
    maximum: upper.maximum,
    exclusiveMaximum: upper.exclusiveMaximum,
    multiples: [...new Set([...left.multiples, ...right.multiples])],
  };
}

const meetStrings = (left: StringShape, right: StringShape): StringShape => ({
  ...left,
  minLength: Math.max(left.minLength, right.minLength),
  maxLength: Math.min(left.maxLength, right.maxLength),
  patterns: [...new Set([...left.patterns, ...right.patterns])],
});

const meetArrays = (left: ArrayShape, right: ArrayShape): ArrayShape => ({
  ...left,
  minItems: Math.max(left.minItems, right.minItems),
  maxItems: Math.min(left.maxItems, right.maxItems),
  unique: left.unique || right.unique,
  parts: [...left.parts, ...right.parts],
});

const meetObjects = (left: ObjectShape, right: ObjectShape): ObjectShape => ({
  ...left,
  required: left.required.union(right.required),
  minProperties: Math.max(left.minProperties, right.minProperties),
  maxProperties: Math.min(left.maxProperties, right.maxProperties),
  names: [...left.names, ...right.names],
  parts: [...left.parts, ...right.parts],
});

/** False where plainly no value has the shape. */
export function isPossible(shape: Shape): boolean {
  switch (shape.type) {
    case 'null':
    case 'boolean':
      return true;
    case 'number':
      return isPossibleNumber(shape);
    case 'string':
      return isPossibleString(shape);
    case 'array':
      return shape.minItems <= shape.maxItems;
    case 'object':
      return shape.minProperties <= shape.maxProperties;
  }
}

function isPossibleNumber({ constant, ...shape }: NumberShape): boolean {
  const { minimum, exclusiveMinimum, maximum, exclusiveMaximum } = shape;
  const isOpen = exclusiveMinimum || exclusiveMaximum;
  if (typeof constant !== 'number') return isOpen ? minimum < maximum : minimum <= maximum;
  return (
    (exclusiveMinimum ? constant > minimum : constant >= minimum) &&
    (exclusiveMaximum ? constant < maximum : constant <= maximum) &&
    (!shape.integer || Number.isInteger(constant)) &&
    shape.multiples.every((multiple) => isMultiple(constant, multiple))
  );
}

export const isMultiple = (value: number, of: number): boolean => Number.isInteger(value / of);

function isPossibleString({ constant, minLength, maxLength, patterns }: StringShape): boolean {
  if (typeof constant !== 'string') return minLength <= maxLength;
  const length = lengthOf(constant);
  return length >= minLength && length <= maxLength && patterns.every((each) => matches(each, constant) !== false);
}

/** In characters, as JSON Schema counts them, not in UTF-16 units. */
export const lengthOf = (value: string): number => Array.from(value).length;

/** Undefined: the pattern is none that JavaScript reads. */
export function matches(pattern: string, value: string): boolean | undefined {
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    return undefined;
  }
}
