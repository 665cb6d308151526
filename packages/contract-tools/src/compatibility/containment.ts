// Whether everything that one schema's producers write is accepted by another schema: producers are strict (they write no
// field that is not declared), consumers tolerant (they accept one, unless `additionalProperties` says otherwise).
import { arrayProblems } from './arrays.ts';
import { discriminatorOf } from './disjoint.ts';
import { objectProblems } from './objects.ts';
import { into, merged, problem, type Direction, type Frame, type Problem } from './problem.ts';
import { numberProblems, stringProblems } from './scalars.ts';
import {
  canonical,
  dereferenced,
  isNothing,
  isObject,
  meaning,
  schemaOfValue,
  schemasIn,
  stringIn,
  stringsIn,
  target,
  text,
  valuesIn,
  type Place,
  type Schema,
} from './schema.ts';
import type { NumberShape, Shape } from './shape.ts';
import { opaqueOf, shapesOf } from './shapes.ts';
import { anyOfProblems, oneOfProblems, typeName } from './unions.ts';

/** Why not everything that is written by `written` is accepted by `read`; empty: all of it is. */
export const problemsOf = (written: Schema, read: Schema, direction: Direction): readonly Problem[] =>
  compare(
    [{ schema: written, document: written }],
    { schema: read, document: read },
    {
      direction,
      path: [],
      under: new Set(),
      siblings: [],
      compare,
    },
  );

function compare(writtenPlaces: readonly Place[], readPlace: Place, frame: Frame): readonly Problem[] {
  const written = writtenPlaces.map(dereferenced);
  const read = dereferenced(readPlace);
  if (read.schema === true || written.some((place) => meaning(place) === meaning(read))) return [];
  const texts = [...new Set(written.map(({ schema }) => canonical(schema)))].sort();
  const key = `${texts.join(' and ')} in ${canonical(read.schema)}`;
  if (frame.under.has(key)) return [];
  const siblings = shapesOf(written);
  const here = { ...frame, siblings, under: new Set([...frame.under, key]) };
  const objects = siblings.filter(({ type }) => type === 'object');
  const hasWords = siblings.some(({ opaque }) => opaque.length > 0);
  const words = hasWords ? wordsIn(read, []) : new Set<string>();
  return merged(
    siblings.flatMap((shape) => {
      const variant = objects.length > 1 ? discriminatorOf(shape) : undefined;
      const there = variant === undefined ? here : into(here, `(${variant})`);
      return [...lostWords(shape, words, there), ...accepts(read, shape, there, [])];
    }),
  );
}

/** Keywords of JSON Schema that only ever narrow: to write under one that the reader does not ask for is harmless. */
const NARROWING = new Set([
  ...['not', 'if', 'then', 'else', 'oneOf', 'contains', 'minContains', 'maxContains'],
  ...['dependentRequired', 'dependentSchemas', 'unevaluatedItems', 'unevaluatedProperties'],
]);

/** A keyword that JSON Schema does not give a meaning to may have any: it has to be there on both sides. */
const lostWords = (shape: Shape, words: ReadonlySet<string>, frame: Frame): Problem[] =>
  shape.opaque
    .filter(({ keyword, text }) => !NARROWING.has(keyword) && !words.has(text))
    .map(({ keyword }) => problem(frame, 'keyword', { written: keyword, accepted: `no ${keyword}`, certain: false }));

function wordsIn(place: Place, entered: readonly Schema[]): ReadonlySet<string> {
  if (entered.includes(place.schema)) return new Set();
  const referred = target(place);
  const inner = ['allOf', 'anyOf', 'oneOf'].flatMap((name) => schemasIn(place, name));
  if (referred !== undefined) inner.push(referred);
  return inner.reduce<Set<string>>(
    (words, each) => words.union(wordsIn(each, [...entered, place.schema])),
    new Set(TYPES.flatMap((type) => opaqueOf(place, type)).map((opaque) => opaque.text)),
  );
}
const TYPES = ['null', 'boolean', 'number', 'string', 'array', 'object'] as const;

/** Why `read` does not accept everything of the shape. `entered`: the schemas that apply to the same value on the way here. */
function accepts(read: Place, shape: Shape, frame: Frame, entered: readonly Schema[]): readonly Problem[] {
  const { schema } = read;
  if (schema === true) return [];
  if (isNothing(schema)) return [problem(frame, 'type', { written: typeName(shape), accepted: 'nothing' })];
  if (entered.includes(schema)) {
    const accepted = '$ref that leads to itself';
    return [problem(frame, 'keyword', { written: typeName(shape), accepted, certain: false })];
  }
  const inside = (place: Place, part: Shape) => accepts(place, part, frame, [...entered, schema]);
  const decisive = typeProblem(shape, schema, frame) ?? valueProblem(shape, schema, { frame, accepts: inside });
  if (decisive !== undefined) return [decisive];
  const union = (name: string) => ({ members: schemasIn(read, name), frame, accepts: inside });
  const [anyOf, oneOf] = [union('anyOf'), union('oneOf')];
  const referred = target(read);
  return [
    ...ownProblems(shape, read, frame),
    ...formatProblems(shape, schema, frame),
    ...opaqueProblems(shape, read, frame),
    ...(referred === undefined ? [] : inside(referred, shape)),
    ...schemasIn(read, 'allOf').flatMap((place) => inside(place, shape)),
    ...(anyOf.members.length === 0 ? [] : anyOfProblems(shape, anyOf)),
    ...(oneOf.members.length === 0 ? [] : oneOfProblems(shape, oneOf)),
  ];
}

function typeProblem(shape: Shape, schema: Schema, frame: Frame): Problem | undefined {
  const types = stringsIn(schema, 'type');
  if (types.length === 0 || types.includes(shape.type)) return undefined;
  if (shape.type === 'number' && types.includes('integer') && isInteger(shape)) return undefined;
  return problem(frame, 'type', { written: typeName(shape), accepted: types.join(' | ') });
}

const isInteger = ({ integer, constant, multiples }: NumberShape): boolean =>
  integer || (constant === undefined ? multiples.some(Number.isInteger) : Number.isInteger(constant));

function valueProblem(
  shape: Shape,
  schema: Schema,
  { frame, accepts }: { frame: Frame; accepts: (place: Place, part: Shape) => readonly Problem[] },
): Problem | undefined {
  const values = valuesIn(schema);
  if (values === undefined) return undefined;
  const isAccepted = values.some((value) =>
    Array.isArray(value) || isObject(value)
      ? accepts({ schema: schemaOfValue(value), document: true }, shape).length === 0
      : shape.constant !== undefined && text(value) === text(shape.constant),
  );
  const written = shape.constant === undefined ? `any ${typeName(shape)}` : text(shape.constant);
  return isAccepted ? undefined : problem(frame, 'values', { written, accepted: values.map(text).join(', ') });
}

function ownProblems(shape: Shape, read: Place, frame: Frame): readonly Problem[] {
  switch (shape.type) {
    case 'null':
    case 'boolean':
      return [];
    case 'number':
      return numberProblems(shape, read.schema, frame);
    case 'string':
      return stringProblems(shape, read.schema, frame);
    case 'array':
      return arrayProblems(shape, read, frame);
    case 'object':
      return objectProblems(shape, read, frame);
  }
}

/** Formats are taken at their word: consumers may check them. */
function formatProblems(shape: Shape, schema: Schema, frame: Frame): readonly Problem[] {
  const format = stringIn(schema, 'format');
  const applies = shape.type === 'string' || shape.type === 'number';
  if (format === undefined || !applies || shape.formats.includes(format)) return [];
  const written = shape.formats.join(' and ') || 'no format';
  const certain = shape.formats.length === 0 && shape.constant === undefined;
  return [problem(frame, 'format', { written, accepted: format, certain })];
}

const opaqueProblems = (shape: Shape, read: Place, frame: Frame): readonly Problem[] =>
  opaqueOf(read, shape.type)
    .filter(({ text }) => shape.opaque.every((own) => own.text !== text))
    .map(({ keyword }) =>
      problem(frame, 'keyword', { written: `another ${keyword}`, accepted: keyword, certain: false }),
    );
