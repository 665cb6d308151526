// JSON Schema 2020-12 as data: reading its keywords, following its references, telling whether two schemas say the same.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}
export type Schema = boolean | JsonObject;

/** A schema, and the document that its `$ref`s point into. */
export interface Place {
  readonly schema: Schema;
  readonly document: Schema;
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isSchema = (value: Json | undefined): value is Schema => typeof value === 'boolean' || isObject(value);
export const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

/** Keywords that hold one schema, a list of schemas, a map of schemas, a list without order. */
const ONE = new Set([
  ...['items', 'additionalProperties', 'propertyNames', 'contains', 'not', 'if', 'then', 'else'],
  ...['unevaluatedItems', 'unevaluatedProperties', 'contentSchema'],
]);
const LIST = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const MAP = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions']);
const UNORDERED = new Set(['required', 'enum', 'type', 'allOf', 'anyOf', 'oneOf']);

/** What is said about a value to people and tools. It never decides whether a value is accepted; what starts with `x-` is ours. */
const ANNOTATIONS = new Set([
  ...['$schema', '$id', '$anchor', '$comment', '$defs', 'definitions', 'title', 'description', 'examples'],
  ...['default', 'deprecated', 'readOnly', 'writeOnly'],
]);
export const isAnnotation = (keyword: string): boolean => ANNOTATIONS.has(keyword) || keyword.startsWith('x-');

/** The keywords of a schema that decide something. */
export const assertionsOf = (schema: Schema): readonly [string, Json][] =>
  isObject(schema) ? Object.entries(schema).filter(([keyword]) => !isAnnotation(keyword)) : [];

export const keyword = (schema: Schema, name: string): Json | undefined =>
  isObject(schema) ? schema[name] : undefined;

export function schemaIn({ schema, document }: Place, name: string): Place | undefined {
  const value = keyword(schema, name);
  return isSchema(value) ? { schema: value, document } : undefined;
}

export function schemasIn({ schema, document }: Place, name: string): readonly Place[] {
  const value = keyword(schema, name);
  return isList(value) ? value.filter(isSchema).map((inner) => ({ schema: inner, document })) : [];
}

export function schemaMapIn({ schema, document }: Place, name: string): ReadonlyMap<string, Place> {
  const value = keyword(schema, name);
  const entries = isObject(value) ? Object.entries(value) : [];
  return new Map(entries.flatMap(([key, inner]) => (isSchema(inner) ? [[key, { schema: inner, document }]] : [])));
}

export const numberIn = (schema: Schema, name: string): number | undefined => {
  const value = keyword(schema, name);
  return typeof value === 'number' ? value : undefined;
};

export const stringIn = (schema: Schema, name: string): string | undefined => {
  const value = keyword(schema, name);
  return typeof value === 'string' ? value : undefined;
};

export const stringsIn = (schema: Schema, name: string): readonly string[] => {
  const value = keyword(schema, name);
  const values = isList(value) ? value : [value];
  return values.filter((each) => typeof each === 'string');
};

/** The values that `enum` or `const` admits; undefined without either. With both, those of `enum` that are the `const`. */
export function valuesIn(schema: Schema): readonly Json[] | undefined {
  const constant = keyword(schema, 'const');
  const values = keyword(schema, 'enum');
  if (!isList(values)) return constant === undefined ? undefined : [constant];
  return constant === undefined ? values : values.filter((value) => text(value) === text(constant));
}

/** What `$ref` points to; undefined without one, and for one that leads out of the document. */
export function target(place: Place): Place | undefined {
  const reference = stringIn(place.schema, '$ref');
  if (reference === undefined || !reference.startsWith('#')) return undefined;
  const steps = reference.slice(1).split('/').slice(1);
  let value: Json | undefined = place.document;
  for (const step of steps) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    value = isList(value) ? value[Number(name)] : isObject(value) ? value[name] : undefined;
  }
  return isSchema(value) && (steps.length > 0 || reference === '#')
    ? { schema: value, document: place.document }
    : undefined;
}

/** The schema itself, or what it refers to where it does nothing else. */
export function dereferenced(place: Place): Place {
  const seen = new Set<Schema>();
  let found = place;
  while (assertionsOf(found.schema).every(([name]) => name === '$ref') && !seen.has(found.schema)) {
    seen.add(found.schema);
    found = target(found) ?? found;
  }
  return found;
}

/** `{ not: {} }` is how zod writes what nothing satisfies. */
export function isNothing(schema: Schema): boolean {
  const not = keyword(schema, 'not');
  return schema === false || not === true || (isObject(not) && assertionsOf(not).length === 0);
}

/** JSON with the members of objects in order: equal for equal values. */
export function text(value: Json): string {
  if (isList(value)) return `[${value.map(text).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${text(value[name] ?? null)}`);
  return `{${members.join(',')}}`;
}

const canonicalTexts = new WeakMap<JsonObject, string>();

/** The schema's text without annotations and without the order that means nothing. */
export function canonical(schema: Schema): string {
  if (typeof schema === 'boolean') return String(schema);
  const known = canonicalTexts.get(schema);
  if (known !== undefined) return known;
  const members = assertionsOf(schema)
    .map(([name, value]) => `${JSON.stringify(name)}:${canonicalValue(name, value)}`)
    .sort();
  const result = `{${members.join(',')}}`;
  canonicalTexts.set(schema, result);
  return result;
}

function canonicalValue(name: string, value: Json): string {
  if (ONE.has(name) && isSchema(value)) return canonical(value);
  if (MAP.has(name) && isObject(value)) {
    const members = Object.entries(value).map(
      ([key, inner]) => `${JSON.stringify(key)}:${isSchema(inner) ? canonical(inner) : text(inner)}`,
    );
    return `{${members.sort().join(',')}}`;
  }
  if (!isList(value)) return text(value);
  const items = value.map((item) => (LIST.has(name) && isSchema(item) ? canonical(item) : text(item)));
  return `[${(UNORDERED.has(name) ? items.sort() : items).join(',')}]`;
}

/** {@link canonical}, with all that the schema's references lead to: the same text means that the same values are accepted. */
export function meaning(place: Place): string {
  const own = canonical(place.schema);
  const targets = new Map<string, string>();
  const waiting = referencesIn(place);
  for (let reference = waiting.pop(); reference !== undefined; reference = waiting.pop()) {
    if (targets.has(reference)) continue;
    const found = target({ schema: { $ref: reference }, document: place.document });
    targets.set(reference, found === undefined ? '?' : canonical(found.schema));
    if (found !== undefined) waiting.push(...referencesIn(found));
  }
  return targets.size === 0
    ? own
    : `${own} ${[...targets]
        .map((entry) => entry.join('='))
        .sort()
        .join(' ')}`;
}

const referencesIn = ({ schema }: Place): string[] =>
  [...canonical(schema).matchAll(/"\$ref":("(?:[^"\\]|\\.)*")/g)].map(([, quoted]) =>
    String(JSON.parse(quoted ?? '""')),
  );

/** A schema that accepts this value and no other, in keywords that look into it. */
export function schemaOfValue(value: Json): Schema {
  if (isList(value)) {
    const prefixItems = value.map(schemaOfValue);
    return { type: 'array', prefixItems, items: false, minItems: value.length, maxItems: value.length };
  }
  if (!isObject(value)) return { const: value };
  const properties = Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, schemaOfValue(inner)]));
  return { type: 'object', properties, required: Object.keys(value), additionalProperties: false };
}
