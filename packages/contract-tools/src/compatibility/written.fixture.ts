import { isList, isObject, isSchema, type Json, type JsonObject, type Schema } from './schema.ts';
import { randomValue, type Dice } from './random.fixture.ts';

const NAMES = ['a', 'b', 'xa', 'xb', 'y', 'zz'];
const DEEPEST = 5;
/** Keywords whose schemas the writer follows itself. */
const FOLLOWED = ['properties', 'patternProperties', 'additionalProperties', 'items', 'prefixItems'];
const COMBINING = ['allOf', 'anyOf', 'oneOf', '$ref', '$defs'];
const NOTHING: JsonObject = { not: {} };

/** Writes values as a strict producer does: no field beyond what is declared, unless `additionalProperties` says what it may be. */
export class Writer {
  readonly #document: Schema;
  readonly #dice: Dice;
  readonly #keeps: (schema: Schema, value: Json) => boolean;

  /** `keeps`: whether the value keeps a schema, as a validator sees it. */
  constructor(document: Schema, dice: Dice, keeps: (schema: Schema, value: Json) => boolean) {
    this.#document = document;
    this.#dice = dice;
    this.#keeps = keeps;
  }

  /** Undefined where the dice led nowhere. */
  value(): Json | undefined {
    return this.#write([this.#document], 0);
  }

  /** A value that satisfies all the schemas, by the members of unions that the dice choose. */
  #write(schemas: readonly Schema[], depth: number): Json | undefined {
    if (depth > 2 * DEEPEST) return undefined;
    const bags = schemas.flatMap((schema) => this.#conjunction(schema));
    const value = this.#attempt(bags, depth);
    const definitions = isObject(this.#document) ? this.#document['$defs'] : undefined;
    const isKept = bags.every((bag) => {
      const rest = Object.entries(bag).filter(([name]) => !FOLLOWED.includes(name) && !COMBINING.includes(name));
      if (rest.length === 0 || value === undefined) return true;
      return this.#keeps(
        { ...Object.fromEntries(rest), ...(definitions === undefined ? {} : { $defs: definitions }) },
        value,
      );
    });
    return isKept ? value : undefined;
  }

  /** The keywords that apply to one value together. */
  #conjunction(schema: Schema): JsonObject[] {
    if (!isObject(schema)) return schema ? [] : [NOTHING];
    const unions = ['anyOf', 'oneOf'].map((name) => listIn(schema, name)).filter((members) => members.length > 0);
    const all = [...listIn(schema, 'allOf'), ...unions.map((members) => this.#dice.one(members))];
    const name = typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined;
    const definitions = isObject(this.#document) && isObject(this.#document['$defs']) ? this.#document['$defs'] : {};
    const referred = name === undefined ? undefined : definitions[name];
    if (isSchema(referred)) all.push(referred);
    return [schema, ...all.flatMap((each) => this.#conjunction(each))];
  }

  #attempt(bags: readonly JsonObject[], depth: number): Json | undefined {
    const dice = this.#dice;
    const values = bags.flatMap((bag) => [
      ...listOf(bag['enum']),
      ...(bag['const'] === undefined ? [] : [bag['const']]),
    ]);
    if (values.length > 0) return dice.one(values);
    const types = bags.flatMap(({ type }) => (type === undefined ? [] : [Array.isArray(type) ? listOf(type) : [type]]));
    const possible = (types[0] ?? guesses(bags)).filter((each) => types.every((list) => list.includes(each)));
    if (possible.length === 0) return scalarOf(undefined, bags, dice);
    const type = dice.one(possible);
    if (type === 'object') return this.#object(bags, depth);
    return type === 'array' ? this.#array(bags, depth) : scalarOf(type, bags, dice);
  }

  #object(bags: readonly JsonObject[], depth: number): Json | undefined {
    const dice = this.#dice;
    const required = bags.flatMap((bag) => listOf(bag['required'])).filter((name) => typeof name === 'string');
    const declared = bags.flatMap((bag) => Object.keys(mapIn(bag, 'properties')));
    const patterns = bags.flatMap((bag) => Object.keys(mapIn(bag, 'patternProperties')));
    const isClosed =
      bags.some((bag) => 'properties' in bag) && bags.every((bag) => bag['additionalProperties'] === undefined);
    const others = NAMES.filter((name) => !isClosed || patterns.some((pattern) => new RegExp(pattern, 'u').test(name)));
    const optional = dice.some([...declared, ...others], depth > DEEPEST ? 0 : 0.4);
    const entries = [...new Set([...required, ...optional])].map((name): [string, Json | undefined] => {
      const value = this.#write(fieldSchemas(bags, name), depth + 1);
      return [name, value];
    });
    const written = entries.filter((entry): entry is [string, Json] => entry[1] !== undefined);
    return Object.fromEntries(written);
  }

  #array(bags: readonly JsonObject[], depth: number): Json | undefined {
    const length = depth > DEEPEST ? 0 : this.#dice.below(4);
    const items = Array.from({ length }, (_, index) =>
      this.#write(
        bags.flatMap((bag) => [listOf(bag['prefixItems'])[index] ?? bag['items']].filter(isSchema)),
        depth + 1,
      ),
    );
    const end = items.indexOf(undefined);
    return items.slice(0, end === -1 ? length : end).filter((item) => item !== undefined);
  }
}

const listOf = (value: Json | undefined): readonly Json[] => (isList(value) ? value : []);
const listIn = (schema: JsonObject, name: string): readonly Schema[] => listOf(schema[name]).filter(isSchema);
const mapIn = (schema: JsonObject, name: string): JsonObject => {
  const value = schema[name];
  return isObject(value) ? value : {};
};

const fieldSchemas = (bags: readonly JsonObject[], name: string): readonly Schema[] =>
  bags.flatMap((bag) => {
    const matching = Object.entries(mapIn(bag, 'patternProperties')).filter(([each]) =>
      new RegExp(each, 'u').test(name),
    );
    const own = [mapIn(bag, 'properties')[name], ...matching.map(([, schema]) => schema)].filter(isSchema);
    return own.length > 0 ? own : [bag['additionalProperties']].filter(isSchema);
  });

function guesses(bags: readonly JsonObject[]): readonly Json[] {
  const says = (...names: string[]) => bags.some((bag) => names.some((name) => name in bag));
  if (says('properties', 'required', 'additionalProperties', 'patternProperties'))
    return ['object', 'object', 'string'];
  if (says('items', 'prefixItems', 'contains')) return ['array', 'array', 'string'];
  return ['null', 'boolean', 'number', 'string', 'array', 'object'];
}

const JAVASCRIPT_TYPES: Readonly<Record<string, string>> = { null: 'object', integer: 'number' };

/** Often at the bounds and beside them. */
function scalarOf(type: Json | undefined, bags: readonly JsonObject[], dice: Dice): Json {
  const names = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'];
  const ends = bags.flatMap((bag) => names.map((name) => bag[name])).filter((end) => typeof end === 'number');
  const wanted = typeof type === 'string' ? (JAVASCRIPT_TYPES[type] ?? type) : undefined;
  for (let tries = 0; tries < 20; tries += 1) {
    const value =
      ends.length > 0 && dice.happens(0.4) ? dice.one(ends) + dice.one([0, 0, 1, -1]) : randomValue(dice, 0);
    if (wanted === undefined || (typeof value === wanted && (wanted !== 'object' || value === null))) return value;
  }
  return null;
}
