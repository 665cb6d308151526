// What a producer may write, spelled out: a schema becomes a list of shapes, each of one JSON type, whose union holds every
// value that the schema accepts. Keywords that are not understood are left out: a shape may be too wide, never too narrow.
import {
  assertionsOf,
  isNothing,
  isObject,
  keyword,
  meaning,
  numberIn,
  schemaIn,
  schemaMapIn,
  schemaOfValue,
  schemasIn,
  stringIn,
  stringsIn,
  target,
  valuesIn,
  type Json,
  type Place,
  type Schema,
} from './schema.ts';
import { isPossible, meet, type NumberShape, type Opaque, type Scalar, type Shape } from './shape.ts';

/** More combinations of alternatives than this are not told apart. */
const MOST_COMBINATIONS = 20_000;

/** The shapes of what satisfies every one of `places`; of anything, without one. */
export const shapesOf = (places: readonly Place[]): readonly Shape[] =>
  places.reduce<readonly Shape[]>((shapes, place) => meetAll(shapes, shapesOfPlace(place, [])), anything);

function shapesOfPlace(place: Place, entered: readonly Schema[]): readonly Shape[] {
  const { schema } = place;
  if (schema === true) return anything;
  if (schema === false || isNothing(schema)) return [];
  // A schema that leads back to itself without a step into the value says nothing.
  if (entered.includes(schema)) return anything;
  const inside = (inner: Place) => shapesOfPlace(inner, [...entered, schema]);
  const values = valuesIn(schema);
  const alternatives = (name: string) => schemasIn(place, name);
  const conjuncts: (readonly Shape[])[] = alternatives('allOf').map(inside);
  if (values !== undefined) conjuncts.push(values.flatMap(shapesOfValue));
  const referred = target(place);
  if (referred !== undefined) conjuncts.push(inside(referred));
  if (alternatives('anyOf').length > 0) conjuncts.push(alternatives('anyOf').flatMap(inside));
  const members = alternatives('oneOf');
  if (members.length > 0) {
    conjuncts.push(members.flatMap((member) => inside(member).map((shape) => only(shape, member, members))));
  }
  return conjuncts.reduce(meetAll, ownShapes(place));
}

/** One of `oneOf`: it satisfies none of the others. */
const only = (shape: Shape, member: Place, members: readonly Place[]): Shape => ({
  ...shape,
  opaque: [...shape.opaque, ...members.filter((other) => other !== member).map(refusalOf)],
});

/** How a shape says that it satisfies nothing of `place`. */
export const refusalOf = (place: Place): Opaque => ({ keyword: 'oneOf', text: `refuses ${meaning(place)}` });

const shapesOfValue = (value: Json): readonly Shape[] => {
  if (Array.isArray(value) || isObject(value)) {
    return shapesOf([{ schema: schemaOfValue(value), document: true }]);
  }
  const constant = value as Scalar;
  return anything.flatMap((shape) => {
    if (shape.type !== (value === null ? 'null' : typeof value)) return [];
    return shape.constant === undefined || shape.constant === constant ? [{ ...shape, constant }] : [];
  });
};

const common = { formats: [], opaque: [] } as const;
export const anyNumber: NumberShape = {
  ...common,
  type: 'number',
  integer: false,
  minimum: -Infinity,
  exclusiveMinimum: false,
  maximum: Infinity,
  exclusiveMaximum: false,
  multiples: [],
};
const anything: readonly Shape[] = [
  { ...common, type: 'null', constant: null },
  { ...common, type: 'boolean', constant: true },
  { ...common, type: 'boolean', constant: false },
  anyNumber,
  { ...common, type: 'string', minLength: 0, maxLength: Infinity, patterns: [] },
  { ...common, type: 'array', minItems: 0, maxItems: Infinity, unique: false, parts: [] },
  { ...common, type: 'object', required: new Set(), minProperties: 0, maxProperties: Infinity, names: [], parts: [] },
];

/** What the schema's own keywords say, without those that combine schemas. */
function ownShapes(place: Place): readonly Shape[] {
  const { schema } = place;
  const types = stringsIn(schema, 'type');
  const admits = (type: string) => types.length === 0 || types.includes(type);
  return anything
    .filter(({ type }) => admits(type) || (type === 'number' && types.includes('integer')))
    .map((shape) =>
      withKeywords({ ...shape, formats: stringsIn(schema, 'format'), opaque: opaqueOf(place, shape.type) }, place),
    )
    .map((shape) => (shape.type === 'number' && !admits('number') ? { ...shape, integer: true } : shape))
    .filter(isPossible);
}

function withKeywords(shape: Shape, place: Place): Shape {
  const { schema } = place;
  const number = (name: string, otherwise: number) => numberIn(schema, name) ?? otherwise;
  switch (shape.type) {
    case 'null':
    case 'boolean':
      return shape;
    case 'number':
      return { ...shape, ...intervalOf(schema), multiples: givenIn(numberIn(schema, 'multipleOf')) };
    case 'string':
      return {
        ...shape,
        minLength: number('minLength', 0),
        maxLength: number('maxLength', Infinity),
        patterns: givenIn(stringIn(schema, 'pattern')),
      };
    case 'array': {
      const part = { prefix: schemasIn(place, 'prefixItems'), rest: schemaIn(place, 'items') };
      const most = part.rest !== undefined && isNothing(part.rest.schema) ? part.prefix.length : Infinity;
      return {
        ...shape,
        minItems: number('minItems', 0),
        maxItems: Math.min(number('maxItems', Infinity), most),
        unique: keyword(schema, 'uniqueItems') === true,
        parts: [part],
      };
    }
    case 'object':
      return {
        ...shape,
        required: new Set(stringsIn(schema, 'required')),
        minProperties: number('minProperties', 0),
        maxProperties: number('maxProperties', Infinity),
        names: givenIn(schemaIn(place, 'propertyNames')),
        parts: [
          {
            properties: schemaMapIn(place, 'properties'),
            patterns: schemaMapIn(place, 'patternProperties'),
            additional: schemaIn(place, 'additionalProperties') ?? moreFieldsIn(place),
            declares: keyword(schema, 'properties') !== undefined,
          },
        ],
      };
  }
}

/** Keywords that may declare fields in schemas that are not read. */
const DECLARING = ['if', 'then', 'else', 'dependentSchemas', 'unevaluatedProperties', '$dynamicRef'];

function moreFieldsIn(place: Place): Place | undefined {
  const declares = DECLARING.some((name) => keyword(place.schema, name) !== undefined);
  return declares || isLostReference(place) ? { schema: true, document: true } : undefined;
}

const isLostReference = (place: Place): boolean =>
  keyword(place.schema, '$ref') !== undefined && target(place) === undefined;

const givenIn = <Value>(value: Value | undefined): Value[] => (value === undefined ? [] : [value]);

/** The narrower of the inclusive and the exclusive bounds. */
export function intervalOf(
  schema: Schema,
): Pick<NumberShape, 'minimum' | 'exclusiveMinimum' | 'maximum' | 'exclusiveMaximum'> {
  const number = (name: string, otherwise: number) => numberIn(schema, name) ?? otherwise;
  const [from, after] = [number('minimum', -Infinity), number('exclusiveMinimum', -Infinity)];
  const [to, before] = [number('maximum', Infinity), number('exclusiveMaximum', Infinity)];
  return {
    minimum: Math.max(from, after),
    exclusiveMinimum: after >= from && after > -Infinity,
    maximum: Math.min(to, before),
    exclusiveMaximum: before <= to && before < Infinity,
  };
}

/** Keywords that are read one by one; every other is compared as a whole. */
const UNDERSTOOD = new Set([
  ...['type', 'enum', 'const', 'format', 'allOf', 'anyOf', 'oneOf'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength', 'pattern'],
  ...['minItems', 'maxItems', 'uniqueItems', 'items', 'prefixItems'],
  ...['required', 'minProperties', 'maxProperties', 'properties', 'patternProperties', 'additionalProperties'],
  'propertyNames',
]);
/** Keywords that say something together only. */
const GROUPS = [
  ['if', 'then', 'else'],
  ['contains', 'minContains', 'maxContains'],
];
/** Keywords whose say depends on what stands beside them. */
const NEVER_ALONE = new Set(['unevaluatedItems', 'unevaluatedProperties']);

/** The only type that the keyword says something of. */
const ONLY_FOR: Readonly<Record<string, Shape['type']>> = {
  contains: 'array',
  minContains: 'array',
  maxContains: 'array',
  unevaluatedItems: 'array',
  dependentRequired: 'object',
  dependentSchemas: 'object',
  unevaluatedProperties: 'object',
};

/** What the schema says of values of the type in keywords that are not read one by one. */
export function opaqueOf(place: Place, type: Shape['type']): readonly Opaque[] {
  const { schema, document } = place;
  const rest = assertionsOf(schema).filter(([name]) => isOpaque(place, name) && (ONLY_FOR[name] ?? type) === type);
  return rest.map(([name]) => {
    const names = GROUPS.find((group) => group.includes(name)) ?? [name];
    const group = NEVER_ALONE.has(name) ? rest : rest.filter(([other]) => names.includes(other));
    const alone = NEVER_ALONE.has(name) && isObject(schema) ? schema : Object.fromEntries(group);
    return { keyword: name, text: `${name} in ${meaning({ schema: alone, document })}` };
  });
}

const isOpaque = (place: Place, name: string): boolean =>
  name === '$ref' ? isLostReference(place) : !UNDERSTOOD.has(name) && !(name === 'not' && isNothing(place.schema));

const meetAll = (left: readonly Shape[], right: readonly Shape[]): readonly Shape[] => {
  // Leaving the right side out makes the result wider, which is allowed.
  if (left.length * right.length > MOST_COMBINATIONS) return left;
  return left.flatMap((one) => right.flatMap((other) => givenIn(meet(one, other))));
};
