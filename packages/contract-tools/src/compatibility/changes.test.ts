import { describe, expect, it } from '@jest/globals';
import { compareSchemas } from './compare.ts';
import type { Json, JsonObject, Schema } from './schema.ts';

const string = { type: 'string' };
const integer = { type: 'integer' };
const number = { type: 'number' };
const nullable = { type: ['string', 'null'] };

/** `a!` is required, `a` optional. */
const object = (fields: Record<string, Schema>, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name.replace('!', ''), schema])),
  required: Object.keys(fields).flatMap((name) => (name.endsWith('!') ? [name.slice(0, -1)] : [])),
  ...more,
});
const array = (items: Schema, more: JsonObject = {}): JsonObject => ({ type: 'array', items, ...more });
const oneOf = (...members: Schema[]): JsonObject => ({ oneOf: members });
const anyOf = (...members: Schema[]): JsonObject => ({ anyOf: members });
const values = (...allowed: Json[]): JsonObject => ({ enum: allowed });
const text = (more: JsonObject): JsonObject => ({ type: 'string', ...more });
const tagged = (tag: string, fields: Record<string, Schema> = {}): JsonObject =>
  object({ 'tag!': { const: tag }, ...fields });
const map = (of: Schema, more: JsonObject = {}): JsonObject => ({ type: 'object', additionalProperties: of, ...more });
const tree = (fields: Record<string, Schema>): JsonObject => object({ kids: array({ $ref: '#' }), ...fields });
const withDefinition = (definition: Schema): JsonObject => ({
  ...object({ 'left!': { $ref: '#/$defs/side' }, 'right!': { $ref: '#/$defs/side' } }),
  $defs: { side: definition },
});

/** What changed, from what to what, and what is said of it: `<path>: <kind> breaks <whom>`. */
type Row = readonly [string, Schema, Schema, ...string[]];

const fields: readonly Row[] = [
  [
    'required field removed',
    object({ 'a!': string, b: string }),
    object({ b: string }),
    'a: field removed breaks old consumers',
  ],
  [
    'optional field removed',
    object({ a: integer, b: string }),
    object({ b: string }),
    'a: field removed breaks old consumers',
  ],
  ['field renamed', object({ 'a!': string }), object({ 'b!': string }), 'a: field renamed breaks both'],
  ['optional field renamed', object({ a: string }), object({ b: string }), 'a: field renamed breaks both'],
  [
    'field removed and an unlike one added',
    object({ 'a!': string }),
    object({ 'b!': integer }),
    'a: field removed breaks old consumers',
    'b: field added breaks replays',
  ],
  [
    'optional field added',
    object({ 'a!': string }),
    object({ 'a!': string, b: string }),
    'b: field added breaks neither',
  ],
  [
    'required field added',
    object({ 'a!': string }),
    object({ 'a!': string, 'b!': string }),
    'b: field added breaks replays',
  ],
  [
    'required -> optional',
    object({ 'a!': string }),
    object({ a: string }),
    'a: field became optional breaks old consumers',
  ],
  ['optional -> required', object({ a: string }), object({ 'a!': string }), 'a: field became required breaks replays'],
  [
    'nested required field removed',
    object({ 'a!': object({ 'b!': string, 'c!': integer }) }),
    object({ 'a!': object({ 'c!': integer }) }),
    'a.b: field removed breaks old consumers',
  ],
  [
    'nested optional field added',
    object({ a: object({}) }),
    object({ a: object({ b: string }) }),
    'a.b: field added breaks neither',
  ],
  [
    'field added that old consumers refuse',
    object({ 'a!': string }, { additionalProperties: false }),
    object({ 'a!': string, b: string }, { additionalProperties: false }),
    'b: field added breaks old consumers',
  ],
  [
    'field removed that new code refuses',
    object({ a: string }, { additionalProperties: false }),
    object({}, { additionalProperties: false }),
    'a: field removed breaks both',
  ],
  ['default added', object({ a: string }), object({ a: text({ default: 'x' }) }), 'a: default breaks neither'],
  [
    'default changed',
    object({ a: text({ default: 'x' }) }),
    object({ a: text({ default: 'y' }) }),
    'a: default breaks both',
  ],
  ['default removed', object({ a: text({ default: 'x' }) }), object({ a: string }), 'a: default breaks replays'],
  [
    'default of a field that is always there',
    object({ 'a!': text({ default: 'x' }) }),
    object({ 'a!': text({ default: 'y' }) }),
    'a: default breaks neither',
  ],
  [
    'field ruled out that anybody could add',
    { type: 'object', required: ['b'] },
    { type: 'object', required: ['b'], properties: { a: { not: {} } } },
    'a: field added breaks replays',
  ],
  ['type of a field', object({ a: string }), object({ a: integer }), 'a: type breaks both'],
];

const scalars: readonly Row[] = [
  ['enum widened', values('a', 'b'), values('a', 'b', 'c'), ': values breaks old consumers'],
  ['enum narrowed', values('a', 'b'), values('a'), ': values breaks replays'],
  ['enum reordered', values('a', 'b'), values('b', 'a')],
  ['enum value renamed', values('a', 'b'), values('a', 'c'), ': values breaks both'],
  ['enum -> any string', text(values('a', 'b')), string, ': values breaks old consumers'],
  ['any string -> enum', string, text(values('a')), ': values breaks replays'],
  ['const changed', { const: '1.0' }, { const: '1.1' }, ': values breaks both'],
  ['const -> enum with it', { const: 'a' }, values('a', 'b'), ': values breaks old consumers'],
  ['const -> enum of it alone', { const: 'a' }, values('a')],
  ['string -> string | null', string, nullable, ': type breaks old consumers'],
  ['string | null -> string', nullable, string, ': type breaks replays'],
  ['nullable, written in another way', nullable, anyOf(string, { type: 'null' })],
  ['integer -> number', integer, number, ': type breaks old consumers'],
  ['number -> integer', number, integer, ': type breaks replays'],
  ['number -> string', number, string, ': type breaks both'],
  ['type said where there was none', {}, string, ': type breaks replays'],
  ['format added', string, text({ format: 'uuid' }), ': format breaks replays'],
  ['format removed', text({ format: 'uuid' }), string, ': format breaks old consumers'],
  ['format changed', text({ format: 'date' }), text({ format: 'date-time' }), ': format breaks both'],
  ['pattern added', string, text({ pattern: '^a' }), ': pattern breaks replays'],
  ['pattern removed', text({ pattern: '^a' }), string, ': pattern breaks old consumers'],
  ['pattern changed', text({ pattern: '^[0-9]{2}$' }), text({ pattern: '^[0-9]{2,3}$' }), ': pattern breaks both'],
  [
    'pattern around the same enum',
    text({ ...values('ab', 'ac'), pattern: '^a' }),
    text({ ...values('ab', 'ac'), pattern: '^a[bc]$' }),
    ': pattern breaks neither',
  ],
  [
    'another pattern demanded as well',
    text({ pattern: 'a' }),
    { allOf: [text({ pattern: 'a' }), { pattern: 'b' }] },
    ': pattern breaks replays',
  ],
  ['minimum raised', { ...integer, minimum: 0 }, { ...integer, minimum: 1 }, ': minimum breaks replays'],
  ['minimum lowered', { ...integer, minimum: 0 }, { ...integer, minimum: -1 }, ': minimum breaks old consumers'],
  ['minimum added', number, { ...number, minimum: 0 }, ': minimum breaks replays'],
  ['maximum lowered', { ...number, maximum: 9 }, { ...number, maximum: 8 }, ': maximum breaks replays'],
  ['maximum removed', { ...number, maximum: 9 }, number, ': maximum breaks old consumers'],
  ['bound made exclusive', { ...number, minimum: 0 }, { ...number, exclusiveMinimum: 0 }, ': minimum breaks replays'],
  [
    'integer bound, written in another way',
    { ...integer, minimum: 1 },
    { ...integer, exclusiveMinimum: 0 },
    ': minimum breaks neither',
  ],
  [
    'multipleOf made coarser',
    { ...integer, multipleOf: 2 },
    { ...integer, multipleOf: 4 },
    ': multipleOf breaks replays',
  ],
  ['multipleOf removed', { ...integer, multipleOf: 2 }, integer, ': multipleOf breaks old consumers'],
  ['minLength raised', text({ minLength: 1 }), text({ minLength: 2 }), ': minLength breaks replays'],
  ['maxLength raised', text({ maxLength: 64 }), text({ maxLength: 128 }), ': maxLength breaks old consumers'],
  ['maxLength lowered', text({ maxLength: 64 }), text({ maxLength: 32 }), ': maxLength breaks replays'],
];

const collections: readonly Row[] = [
  ['items widened', array(values('a')), array(values('a', 'b')), '[]: values breaks old consumers'],
  ['items narrowed', array(number), array(integer), '[]: type breaks replays'],
  [
    'field of items removed',
    array(object({ 'a!': string })),
    array(object({})),
    '[].a: field removed breaks old consumers',
  ],
  ['minItems added', array(string), array(string, { minItems: 1 }), ': minItems breaks replays'],
  ['minItems removed', array(string, { minItems: 1 }), array(string), ': minItems breaks old consumers'],
  [
    'maxItems raised',
    array(string, { maxItems: 1 }),
    array(string, { maxItems: 2 }),
    ': maxItems breaks old consumers',
  ],
  ['uniqueItems demanded', array(string), array(string, { uniqueItems: true }), ': uniqueItems breaks replays'],
  ['uniqueItems given up', array(string, { uniqueItems: true }), array(string), ': uniqueItems breaks old consumers'],
  [
    'tuple: a place changed',
    array(false, { prefixItems: [string, integer] }),
    array(false, { prefixItems: [string, string] }),
    '[1]: type breaks both',
  ],
  [
    'tuple: a place added',
    array(false, { prefixItems: [string] }),
    array(false, { prefixItems: [string, string] }),
    ': maxItems breaks old consumers',
    '[1]: type breaks neither',
  ],
  [
    'tuple opened',
    array(false, { prefixItems: [string] }),
    array(string, { prefixItems: [string] }),
    ': maxItems breaks old consumers',
    '[]: type breaks neither',
  ],
  ['values of a map widened', map(string), map(nullable), '*: type breaks old consumers'],
  [
    'names of a map narrowed',
    map(string, { propertyNames: { pattern: '^a' } }),
    map(string, { propertyNames: { const: 'ab' } }),
    ': propertyNames breaks replays',
  ],
  [
    'names of a map opened',
    map(string, { propertyNames: { pattern: '^a' } }),
    map(string),
    ': propertyNames breaks old consumers',
  ],
  [
    'patternProperties changed',
    object({}, { patternProperties: { '^a': string } }),
    object({}, { patternProperties: { '^a': integer } }),
    '*^a: type breaks both',
  ],
  [
    'patternProperties closed',
    object({}, { patternProperties: { '^a': string } }),
    object({}, { additionalProperties: false }),
    '*^a: patternProperties breaks replays',
    '*: additionalProperties breaks neither',
  ],
  [
    'additionalProperties closed after being promised',
    object({}, { additionalProperties: true }),
    object({}, { additionalProperties: false }),
    '*: additionalProperties breaks replays',
  ],
  [
    'additionalProperties closed',
    object({ 'a!': string }),
    object({ 'a!': string }, { additionalProperties: false }),
    '*: additionalProperties breaks neither',
  ],
  ['additionalProperties: schema -> true', map(integer), map(true), '*: type breaks old consumers'],
  ['declared where anything was', map(true), map(true, { properties: { a: string } }), 'a: field added breaks replays'],
  [
    'maxProperties lowered',
    map(string, { maxProperties: 3 }),
    map(string, { maxProperties: 2 }),
    ': maxProperties breaks replays',
  ],
];

const unions: readonly Row[] = [
  ['member added', anyOf(string, integer), anyOf(string, integer, { type: 'boolean' }), ': type breaks old consumers'],
  ['member removed', anyOf(string, integer), anyOf(string), ': type breaks replays'],
  ['members reordered', anyOf(string, integer), anyOf(integer, string)],
  ['anyOf -> oneOf of members that exclude each other', anyOf(string, integer), oneOf(string, integer)],
  [
    'anyOf -> oneOf of members that may both accept',
    anyOf(string, text({ minLength: 1 })),
    oneOf(string, text({ minLength: 1 })),
    ': variant breaks replays',
  ],
  [
    'variant added',
    oneOf(tagged('a'), tagged('b')),
    oneOf(tagged('a'), tagged('b'), tagged('c')),
    '(tag=c): variant breaks old consumers',
  ],
  ['variant removed', oneOf(tagged('a'), tagged('b')), oneOf(tagged('a')), '(tag=b): variant breaks replays'],
  [
    'field of a variant added',
    oneOf(tagged('a'), tagged('b')),
    oneOf(tagged('a'), tagged('b', { more: string })),
    '(tag=b).more: field added breaks neither',
  ],
  [
    'required field of a variant added',
    oneOf(tagged('a'), tagged('b')),
    oneOf(tagged('a'), tagged('b', { 'more!': string })),
    '(tag=b).more: field added breaks replays',
  ],
  [
    'field moved from one variant to another',
    oneOf(tagged('a', { x: string }), tagged('b')),
    oneOf(tagged('a'), tagged('b', { x: string })),
    '(tag=a).x: field removed breaks old consumers',
    '(tag=b).x: field added breaks neither',
  ],
  [
    'field of one variant removed that another keeps',
    oneOf(tagged('a', { x: string }), tagged('b', { x: string })),
    oneOf(tagged('a'), tagged('b', { x: string })),
    '(tag=a).x: field removed breaks old consumers',
  ],
  [
    'field of a variant without a tag removed that another keeps',
    anyOf(object({ 'a!': string, x: string }), object({ 'b!': string, x: string })),
    anyOf(object({ 'a!': string }), object({ 'b!': string, x: string })),
    'x: field removed breaks old consumers',
  ],
  [
    'field of an object that one of its variants keeps',
    object({ 'tag!': values('a', 'b'), x: string }),
    oneOf(tagged('a', { x: string }), tagged('b')),
    ': variant breaks neither',
  ],
  [
    'object taken apart by tag',
    object({ 'tag!': values('a', 'b') }),
    oneOf(tagged('a'), tagged('b')),
    ': variant breaks neither',
  ],
  [
    'allOf -> the same in one schema',
    { allOf: [object({ 'a!': string }), object({ b: integer })] },
    object({ 'a!': string, b: integer }),
  ],
  [
    'allOf: member added',
    { allOf: [object({ a: string })] },
    { allOf: [object({ a: string }), { required: ['a'] }] },
    'a: field became required breaks replays',
  ],
  [
    '$defs: definition renamed',
    { $ref: '#/$defs/a', $defs: { a: string } },
    { $ref: '#/$defs/b', $defs: { b: string } },
  ],
  [
    '$defs: definition changed, used twice',
    withDefinition(string),
    withDefinition(nullable),
    'left: type breaks old consumers',
    'right: type breaks old consumers',
  ],
  ['recursive: optional field added', tree({}), tree({ name: string }), 'name: field added breaks neither'],
  ['recursive: required field added', tree({}), tree({ 'name!': string }), 'name: field added breaks replays'],
];

const others: readonly Row[] = [
  ['not added', string, text({ not: { const: 'x' } }), ': keyword breaks replays'],
  ['not removed', text({ not: { const: 'x' } }), string, ': keyword breaks old consumers'],
  ['not changed', text({ not: { const: 'x' } }), text({ not: { const: 'y' } }), ': keyword breaks both'],
  [
    'if/then added',
    object({}),
    object({}, { if: { required: ['a'] }, then: { required: ['b'] } }),
    ': keyword breaks replays',
  ],
  [
    'contains changed',
    array(string, { contains: { const: 'a' } }),
    array(string, { contains: { const: 'b' } }),
    ': keyword breaks both',
  ],
  [
    'dependentRequired added',
    object({ a: string }),
    object({ a: string }, { dependentRequired: { a: ['b'] } }),
    ': keyword breaks replays',
  ],
  ['unevaluatedProperties added', object({}), object({}, { unevaluatedProperties: false }), ': keyword breaks replays'],
  ['content encoding added', string, text({ contentEncoding: 'base64' }), ': keyword breaks both'],
  ['keyword that JSON Schema does not know', string, text({ currency: 'EUR' }), ': keyword breaks both'],
  [
    'reference to another document',
    { $ref: 'https://example.com/a' },
    { $ref: 'https://example.com/b' },
    ': keyword breaks both',
  ],
  [
    'annotations',
    object({ a: string }, { title: 'Old', description: 'Old.', 'x-owner': 'a' }),
    object({ a: text({ description: 'New.', deprecated: true, examples: ['x'], 'x-classification': 'public' }) }),
  ],
  [
    'a field called like an annotation',
    object({ 'title!': string }),
    object({}),
    'title: field removed breaks old consumers',
  ],
];

describe.each([
  ['fields', fields],
  ['scalars', scalars],
  ['collections', collections],
  ['unions and references', unions],
  ['other keywords', others],
])('a change of %s', (_, rows) => {
  it.each(rows.map(([name, ...row]) => [name, ...row] as const))('%s', (_name, old, recent, ...expected) => {
    const found = compareSchemas(old, recent).map(({ path, kind, breaks }) => `${path}: ${kind} breaks ${breaks}`);
    expect(found.toSorted()).toEqual(expected.toSorted());
  });
});

describe('what is said of a change', () => {
  it.each<[string, Schema, Schema, string]>([
    [
      'a field that old events lack',
      object({}),
      object({ 'a!': string }),
      'absent -> required string: old events lack what new readers demand',
    ],
    [
      'values that new readers refuse',
      values('a', 'b'),
      values('a'),
      '"a" | "b" -> "a": old events may have "b", new readers accept "a"',
    ],
    [
      'one of the two booleans',
      { type: 'boolean' },
      { const: true },
      'boolean -> true: old events may have false, new readers accept true',
    ],
    [
      'one item more',
      array(string, { maxItems: 0 }),
      array(string, { maxItems: 1 }),
      '0 -> 1: new events may have 1 item, old consumers accept 0 or less',
    ],
    [
      'another pattern',
      text({ pattern: 'a' }),
      text({ pattern: 'a', allOf: [{ pattern: 'b' }] }),
      'a -> a and b: whether new readers accept all old events cannot be told from the schemas (a against b)',
    ],
  ])('%s', (_, old, recent, expected) => {
    const [found, ...others] = compareSchemas(old, recent);
    expect(others).toEqual([]);
    expect(`${found?.was} -> ${found?.is}: ${found?.why}`).toBe(expected);
  });
});

describe('an unchanged schema', () => {
  it.each([...fields, ...scalars, ...collections, ...unions, ...others])('%s', (_, old) => {
    expect(compareSchemas(old, structuredClone(old))).toEqual([]);
  });
});
