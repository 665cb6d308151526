// Random schemas, random changes to them, and random values that a producer would write under a schema. Names, strings and
// numbers come from small pools, so that schemas and values often have something to do with each other.
import { isObject, isSchema, type Json, type JsonObject, type Schema } from './schema.ts';

/** Random choices from a seed: the same every time. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to 1, 1 excluded (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  happens(share: number): boolean {
    return this.next() < share;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  one<Value>(values: readonly Value[]): Value {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new RangeError('nothing to choose from');
    return value;
  }

  some<Value>(values: readonly Value[], share = 0.5): Value[] {
    return values.filter(() => this.happens(share));
  }
}

const NAMES = ['a', 'b', 'xa', 'xb', 'y'];
const STRINGS = ['', 'a', 'b', 'x', 'y', 'xa', 'xy', 'yx', 'xax', 'xyxy'];
const NUMBERS = [-3, -2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, 6, 12];
const PATTERNS = ['^x', 'y$', '^[xy]*$', 'a'];
export const FORMATS: Readonly<Record<string, RegExp>> = { startsWithX: /^x/, hasY: /y/ };
const TYPES = ['null', 'boolean', 'number', 'integer', 'string', 'array', 'object'];

/** A schema, and what becomes of it by up to three changes; at times, two that have nothing to do with each other. */
export function changedDocument(dice: Dice): readonly [Schema, Schema] {
  const old = randomDocument(dice);
  let recent = dice.happens(0.1) ? randomDocument(dice) : old;
  for (let count = dice.below(3); count >= 0; count -= 1) recent = changed(recent, dice);
  return [old, recent];
}

/** A schema with definitions, which may be recursive. */
function randomDocument(dice: Dice): Schema {
  const schema = randomSchema(dice, 3);
  return isObject(schema) ? { ...schema, $defs: { one: objectSchema(dice, 2), two: objectSchema(dice, 2) } } : schema;
}

function randomSchema(dice: Dice, depth: number): Schema {
  if (depth <= 0 || dice.happens(0.3)) return leafSchema(dice);
  const inner = () => randomSchema(dice, depth - 1);
  const makers: readonly (() => Schema)[] = [
    () => objectSchema(dice, depth),
    () => objectSchema(dice, depth),
    () => arraySchema(dice, depth),
    () => ({ anyOf: [inner(), inner()] }),
    () => ({ oneOf: [inner(), inner()] }),
    () => taggedUnion(dice, depth),
    () => ({ allOf: [inner(), inner()] }),
    () => ({ ...objectSchema(dice, depth), allOf: [objectSchema(dice, depth - 1)] }),
    () => ({ ...objectSchema(dice, depth), anyOf: [objectSchema(dice, depth - 1), inner()] }),
    () => ({ $ref: dice.one(['#/$defs/one', '#/$defs/two']) }),
    () => ({ ...leafObject(dice), not: inner() }),
    () => ({ if: inner(), then: inner(), else: inner() }),
  ];
  return dice.one(makers)();
}

const leafSchema = (dice: Dice): Schema => (dice.happens(0.06) ? dice.happens(0.7) : leafObject(dice));

function leafObject(dice: Dice): JsonObject {
  const makers: readonly (() => JsonObject)[] = [
    () => ({}),
    () => ({ type: dice.one(TYPES) }),
    () => ({ type: [...new Set([dice.one(TYPES), dice.one(TYPES)])] }),
    () => ({ enum: uniqueValues([dice.one(STRINGS), dice.one(STRINGS), randomValue(dice, 1)]) }),
    () => ({ const: randomValue(dice, 1) }),
    () => ({ type: 'string', ...stringKeywords(dice) }),
    () => ({ type: dice.one(['number', 'integer']), ...numberKeywords(dice) }),
    () => stringKeywords(dice),
  ];
  return dice.one(makers)();
}

const uniqueValues = (values: readonly Json[]): Json[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];

/** How keywords are made that say something of the same type. */
type Makers = Readonly<Record<string, () => Json>>;

/** Some of the keywords, each with the given likelihood. */
const someKeywords = (dice: Dice, share: number, makers: Makers): JsonObject =>
  Object.fromEntries(dice.some(Object.entries(makers), share).map(([name, make]) => [name, make()]));

const stringMakers = (dice: Dice): Makers => ({
  minLength: () => dice.below(4),
  maxLength: () => 1 + dice.below(4),
  pattern: () => dice.one(PATTERNS),
  format: () => dice.one(Object.keys(FORMATS)),
});
const stringKeywords = (dice: Dice): JsonObject => someKeywords(dice, 0.35, stringMakers(dice));

const numberMakers = (dice: Dice): Makers => ({
  minimum: () => dice.one(NUMBERS),
  maximum: () => dice.one(NUMBERS),
  exclusiveMinimum: () => dice.one(NUMBERS),
  exclusiveMaximum: () => dice.one(NUMBERS),
  multipleOf: () => dice.one([0.5, 1, 1.5, 2, 3, 6]),
});
const numberKeywords = (dice: Dice): JsonObject => someKeywords(dice, 0.3, numberMakers(dice));

const arrayMakers = (dice: Dice, inner: () => Schema): Makers => ({
  items: inner,
  prefixItems: () => (dice.happens(0.5) ? [inner()] : [inner(), inner()]),
  minItems: () => dice.below(3),
  maxItems: () => dice.below(4),
  uniqueItems: () => dice.happens(0.8),
  contains: inner,
});
const arraySchema = (dice: Dice, depth: number): JsonObject => ({
  type: 'array',
  ...someKeywords(
    dice,
    0.35,
    arrayMakers(dice, () => randomSchema(dice, depth - 1)),
  ),
});

const objectMakers = (dice: Dice, inner: () => Schema): Makers => ({
  additionalProperties: () => dice.one([true, false, false, inner()]),
  patternProperties: () => ({ [dice.one(PATTERNS)]: inner(), [dice.one(PATTERNS)]: inner() }),
  propertyNames: () => dice.one<Schema>([{ enum: ['a', 'xa'] }, { pattern: '^x' }, { maxLength: 1 }]),
  minProperties: () => dice.below(4),
  maxProperties: () => 1 + dice.below(3),
  dependentRequired: () => ({ [dice.one(NAMES)]: [dice.one(NAMES)] }),
});

const fields = (names: readonly string[], inner: () => Schema): JsonObject =>
  Object.fromEntries(names.map((name) => [name, inner()]));

function objectSchema(dice: Dice, depth: number): JsonObject {
  const inner = () => randomSchema(dice, depth - 1);
  const names = dice.some(NAMES, 0.4);
  return {
    ...(dice.happens(0.85) ? { type: 'object' } : {}),
    ...(dice.happens(0.85) ? { properties: fields(names, inner) } : {}),
    ...(dice.happens(0.6) ? { required: dice.happens(0.9) ? dice.some(names) : dice.some(NAMES, 0.3) } : {}),
    ...someKeywords(dice, 0.12, objectMakers(dice, inner)),
  };
}

const combiningMakers = (dice: Dice): Makers => {
  const inner = () => leafSchema(dice);
  const field = () => ({ properties: fields(dice.some(NAMES, 0.3), inner), required: dice.some(NAMES, 0.1) });
  const members = () => [dice.one([inner, field])(), dice.one([inner, field])()];
  return {
    anyOf: members,
    oneOf: members,
    allOf: members,
    not: inner,
    if: inner,
    then: field,
    $ref: () => '#/$defs/one',
    properties: () => fields(dice.some(NAMES, 0.3), inner),
  };
};

/** Two small schemas of which the second differs in a keyword or two. */
export function similarPair(dice: Dice): readonly [Schema, Schema] {
  const leaf = () => leafSchema(dice);
  const [type, makers] = dice.one<readonly [string | undefined, () => Makers]>([
    ['string', () => stringMakers(dice)],
    [dice.one(['number', 'integer']), () => numberMakers(dice)],
    ['array', () => arrayMakers(dice, leaf)],
    [
      'object',
      () => ({
        properties: () => fields(dice.some(NAMES, 0.5), leaf),
        required: () => dice.some(NAMES, 0.3),
        ...objectMakers(dice, leaf),
      }),
    ],
    [undefined, () => combiningMakers(dice)],
  ]);
  const own = makers();
  const old = { ...(type === undefined ? {} : { type }), ...someKeywords(dice, 0.45, own) };
  let recent: JsonObject = old;
  for (let count = dice.below(2); count >= 0; count -= 1) {
    const [name, make] = dice.one(Object.entries(own));
    recent = name in recent && dice.happens(0.4) ? omit(recent, name) : { ...recent, [name]: make() };
  }
  const definitions = { one: leafObject(dice) };
  const wrap = dice.one<(schema: JsonObject) => JsonObject>([
    (schema) => schema,
    (schema) => ({ type: 'object', properties: { a: schema } }),
    (schema) => ({ type: 'array', items: schema }),
    (schema) => ({ anyOf: [schema, { type: 'null' }] }),
  ]);
  return [
    { ...wrap(old), $defs: definitions },
    { ...wrap(recent), $defs: dice.happens(0.8) ? definitions : { one: leafObject(dice) } },
  ];
}

/** As zod writes a discriminated union. */
const taggedUnion = (dice: Dice, depth: number): JsonObject => ({
  [dice.one(['oneOf', 'anyOf'])]: ['x', ...dice.some(['y', 'xy'], 0.7)].map((tag) => {
    const { properties, required, ...rest } = objectSchema(dice, depth - 1);
    return {
      ...rest,
      properties: { ...(isObject(properties) ? properties : {}), b: { const: tag } },
      required: [...new Set([...(Array.isArray(required) ? (required as Json[]) : []), 'b'])],
    };
  }),
});

export function randomValue(dice: Dice, depth: number): Json {
  const kinds = depth <= 0 ? 4 : 6;
  switch (dice.below(kinds)) {
    case 0:
      return null;
    case 1:
      return dice.happens(0.5);
    case 2:
      return dice.one(NUMBERS);
    case 3:
      return dice.one(STRINGS);
    case 4:
      return Array.from({ length: dice.below(3) }, () => randomValue(dice, depth - 1));
    default:
      return Object.fromEntries(dice.some(NAMES, 0.3).map((name) => [name, randomValue(dice, depth - 1)]));
  }
}

/** The document with one of its schemas changed a little. */
function changed(document: Schema, dice: Dice): Schema {
  const count = countSchemas(document);
  let index = dice.below(count);
  return mapSchemas(document, (schema) => (index-- === 0 ? change(schema, dice) : schema));
}

function change(schema: Schema, dice: Dice): Schema {
  if (!isObject(schema)) return leafSchema(dice);
  const keywords = Object.keys(schema).filter((name) => name !== '$defs');
  const makers: readonly (() => Schema)[] = [
    () => omit(schema, keywords.length === 0 ? '' : dice.one(keywords)),
    () => ({ ...schema, ...numberKeywords(dice) }),
    () => ({ ...schema, ...stringKeywords(dice) }),
    () => withMoreFields(schema, dice),
    () => withMoreValues(schema, dice),
    () => ({ ...schema, required: dice.some(NAMES, 0.3) }),
    () => ({ ...schema, additionalProperties: dice.one<Schema>([true, false, {}, leafSchema(dice)]) }),
    () => ({ ...schema, type: [...new Set([dice.one(TYPES), dice.one(TYPES)])] }),
    () => ({ anyOf: [omit(schema, '$defs'), addition(dice)], ...definitionsOf(schema) }),
    () => ({ allOf: [omit(schema, '$defs'), addition(dice)], ...definitionsOf(schema) }),
    () => ({ oneOf: [omit(schema, '$defs'), addition(dice)], ...definitionsOf(schema) }),
    () => ({ ...objectSchema(dice, 1), ...definitionsOf(schema) }),
  ];
  return dice.one(makers)();
}

/** Without references: what a definition becomes must not lead back to itself without a step into the value. */
const addition = (dice: Dice): Schema => (dice.happens(0.5) ? leafSchema(dice) : objectSchema(dice, 1));

const omit = (schema: JsonObject, keyword: string): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => name !== keyword));
const definitionsOf = ({ $defs }: JsonObject): JsonObject => ($defs === undefined ? {} : { $defs });

const withMoreFields = (schema: JsonObject, dice: Dice): JsonObject => ({
  ...schema,
  properties: {
    ...(isObject(schema['properties']) ? schema['properties'] : {}),
    [dice.one(NAMES)]: leafSchema(dice),
  },
});

const withMoreValues = (schema: JsonObject, dice: Dice): JsonObject => ({
  ...schema,
  enum: uniqueValues([...(Array.isArray(schema['enum']) ? (schema['enum'] as Json[]) : []), dice.one(STRINGS)]),
});

const HOLDERS = ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains'];
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const MAPS = ['properties', 'patternProperties', '$defs'];

function countSchemas(document: Schema): number {
  let count = 0;
  mapSchemas(document, (schema) => {
    count += 1;
    return schema;
  });
  return count;
}

function mapSchemas(schema: Schema, map: (schema: Schema) => Schema): Schema {
  const mapped = map(schema);
  if (!isObject(mapped) || mapped !== schema) return mapped;
  const inner = (value: Json): Json => (isSchema(value) ? mapSchemas(value, map) : value);
  return Object.fromEntries(
    Object.entries(mapped).map(([name, value]): [string, Json] => {
      if (HOLDERS.includes(name)) return [name, inner(value)];
      if (LISTS.includes(name) && Array.isArray(value)) return [name, (value as Json[]).map(inner)];
      if (!MAPS.includes(name) || !isObject(value)) return [name, value];
      return [name, Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inner(each)]))];
    }),
  );
}
