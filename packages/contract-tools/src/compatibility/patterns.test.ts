import { describe, expect, it } from '@jest/globals';
import { matchesEvent, patternFindings, type PublishedEvent } from './patterns.ts';
import type { Json, JsonObject, Schema } from './schema.ts';

const event = (data: Schema, detailType = 'Done.v1', source = 'regulabel.inference'): PublishedEvent => ({
  source,
  detailType,
  schema: { type: 'object', properties: { data }, required: ['data'] },
});
const object = (properties: JsonObject, required: string[] = Object.keys(properties)): JsonObject => ({
  type: 'object',
  properties,
  required,
});
const caller = (...values: Json[]): JsonObject => object({ caller: { enum: values } });
const string = { type: 'string' };

const onDone = (data?: JsonObject): JsonObject => ({
  source: ['regulabel.inference'],
  'detail-type': ['Done.v1'],
  ...(data === undefined ? {} : { detail: { data } }),
});
const ofCaller = (...conditions: Json[]): JsonObject => onDone({ caller: conditions });

/** What changed, the pattern, the data before and after, and what is said. */
type Row = readonly [string, JsonObject, Schema, Schema, ...string[]];

const GONE = 'detail.data.caller: the field is gone';
const OPTIONAL = 'detail.data.caller: events may lack the field now';
const lost = (condition: Json) => `detail.data.caller: no event satisfies ${JSON.stringify(condition)} any more`;
const unclear = (condition: Json) =>
  `detail.data.caller: whether events still satisfy ${JSON.stringify(condition)} cannot be told`;

const rows: readonly Row[] = [
  ['nothing', ofCaller('a'), caller('a', 'b'), caller('a', 'b')],
  [
    'a field that the pattern does not read',
    ofCaller('a'),
    caller('a'),
    object({ caller: { enum: ['a'] }, more: string }),
  ],
  ['values added', ofCaller('a'), caller('a', 'b'), caller('a', 'b', 'c')],
  ['a value removed that the pattern does not name', ofCaller('a'), caller('a', 'b'), caller('a')],
  ['the value removed that it names', ofCaller('a'), caller('a', 'b'), caller('b'), lost('a')],
  ['one of the values removed that it names', ofCaller('a', 'b'), caller('a', 'b'), caller('b'), lost('a')],
  ['the field removed', ofCaller('a'), caller('a'), object({}), GONE],
  ['the field made optional', ofCaller('a'), caller('a'), object({ caller: { enum: ['a'] } }, []), OPTIONAL],
  [
    'its parent made optional',
    onDone({ by: { caller: ['a'] } }),
    object({ by: caller('a') }),
    object({ by: caller('a') }, []),
    'detail.data.by.caller: events may lack the field now',
  ],
  [
    'the field of items made optional, of which there may be none',
    onDone({ lines: { outcome: ['failed'] } }),
    object({ lines: { type: 'array', items: object({ outcome: { enum: ['failed', 'empty'] } }) } }),
    object({ lines: { type: 'array', items: object({ outcome: { enum: ['failed', 'empty'] } }, []) } }),
    'detail.data.lines.outcome: events may lack the field now',
  ],
  [
    'the field made optional, of a parent that was',
    onDone({ by: { caller: ['a'] } }),
    object({ by: caller('a') }, []),
    object({ by: object({ caller: { enum: ['a'] } }, []) }, []),
    'detail.data.by.caller: events may lack the field now',
  ],
  [
    'more items demanded',
    onDone({ lines: { outcome: ['failed'] } }),
    object({ lines: { type: 'array', items: object({ outcome: { enum: ['failed'] } }) } }),
    object({ lines: { type: 'array', minItems: 1, items: object({ outcome: { enum: ['failed'] } }) } }),
  ],
  ['string -> number', ofCaller('1'), caller('1', '2'), object({ caller: { type: 'integer' } }), lost('1')],
  [
    'any string -> pattern that the value keeps',
    ofCaller('a'),
    object({ caller: string }),
    object({ caller: { type: 'string', pattern: '^a' } }),
  ],
  [
    'any string -> pattern that the value breaks',
    ofCaller('a'),
    object({ caller: string }),
    object({ caller: { type: 'string', pattern: '^b' } }),
    lost('a'),
  ],
  [
    'any string -> format',
    ofCaller('a'),
    object({ caller: string }),
    object({ caller: { type: 'string', format: 'uuid' } }),
    unclear('a'),
  ],
  [
    'scalar -> list of it',
    ofCaller('a'),
    caller('a'),
    object({ caller: { type: 'array', minItems: 1, items: { enum: ['a'] } } }),
  ],
  [
    'scalar -> list that may be empty',
    ofCaller('a'),
    caller('a'),
    object({ caller: { type: 'array', items: { enum: ['a'] } } }),
    OPTIONAL,
  ],
  ['scalar -> object', ofCaller({ exists: true }), caller('a'), object({ caller: object({ name: string }) }), GONE],
  [
    'prefix: values that have it removed',
    ofCaller({ prefix: 'eval' }),
    caller('evaluation', 'production'),
    caller('production'),
    lost({ prefix: 'eval' }),
  ],
  ['prefix: another value that has it', ofCaller({ prefix: 'eval' }), caller('evaluation'), caller('evaluator')],
  [
    'prefix: another pattern of the field',
    ofCaller({ prefix: 's3:' }),
    object({ caller: { type: 'string', pattern: '^s3:' } }),
    object({ caller: { type: 'string', pattern: '^s3://' } }),
    unclear({ prefix: 's3:' }),
  ],
  [
    'suffix: longer than strings are now',
    ofCaller({ suffix: 'json' }),
    object({ caller: string }),
    object({ caller: { type: 'string', maxLength: 3 } }),
    lost({ suffix: 'json' }),
  ],
  [
    'wildcard: values that have it removed',
    ofCaller({ wildcard: 'e*n' }),
    caller('evaluation', 'x'),
    caller('x'),
    lost({ wildcard: 'e*n' }),
  ],
  [
    'anything-but: no other value left',
    ofCaller({ 'anything-but': ['a'] }),
    caller('a', 'b'),
    caller('a'),
    lost({ 'anything-but': ['a'] }),
  ],
  ['anything-but: any value left', ofCaller({ 'anything-but': ['a'] }), caller('a', 'b'), object({ caller: string })],
  [
    'anything-but: no number left between the bounds',
    ofCaller({ 'anything-but': [0, 1] }),
    object({ caller: { type: 'integer', minimum: 0, maximum: 2 } }),
    object({ caller: { type: 'integer', minimum: 0, maximum: 1 } }),
    unclear({ 'anything-but': [0, 1] }),
  ],
  [
    'anything-but: strings of a pattern left',
    ofCaller({ 'anything-but': ['a'] }),
    object({ caller: string }),
    object({ caller: { type: 'string', pattern: '^a$' } }),
    unclear({ 'anything-but': ['a'] }),
  ],
  [
    'equals-ignore-case: shorter than strings are now',
    ofCaller({ 'equals-ignore-case': 'AB' }),
    object({ caller: string }),
    object({ caller: { type: 'string', minLength: 3 } }),
    unclear({ 'equals-ignore-case': 'AB' }),
  ],
  [
    'equals-ignore-case: the value in another case',
    ofCaller({ 'equals-ignore-case': 'A' }),
    caller('a', 'b'),
    caller('A', 'b'),
  ],
  [
    'exists false: the field added',
    ofCaller({ exists: false }),
    object({}),
    object({ caller: string }, []),
    'detail.data.caller: events may have the field now',
  ],
  ['exists: made optional', ofCaller({ exists: true }), caller('a'), object({ caller: string }, []), OPTIONAL],
  [
    'exists false: made required',
    ofCaller({ exists: false }),
    object({ caller: string }, []),
    object({ caller: string }),
    'detail.data.caller: the field is always there now',
  ],
  [
    'exists false: still optional',
    ofCaller({ exists: false }),
    object({ caller: string }, []),
    object({ caller: { enum: ['a'] } }, []),
  ],
  [
    'numeric: range left',
    ofCaller({ numeric: ['>', 0, '<=', 5] }),
    object({ caller: { type: 'number' } }),
    object({ caller: { type: 'integer', minimum: 5 } }),
  ],
  [
    'numeric: range no longer reached',
    ofCaller({ numeric: ['>', 0, '<', 5] }),
    object({ caller: { type: 'number' } }),
    object({ caller: { type: 'number', minimum: 5 } }),
    lost({ numeric: ['>', 0, '<', 5] }),
  ],
  [
    'numeric: no integer in the range',
    ofCaller({ numeric: ['>', 0, '<', 1] }),
    object({ caller: { type: 'number' } }),
    object({ caller: { type: 'integer' } }),
    unclear({ numeric: ['>', 0, '<', 1] }),
  ],
  [
    '$or: one alternative lost',
    onDone({ $or: [{ caller: ['a'] }, { more: ['b'] }] }),
    object({ caller: { enum: ['a'] }, more: string }),
    object({ more: string }),
    GONE,
  ],
  [
    'items: a field of them removed',
    onDone({ lines: { outcome: ['failed'] } }),
    object({ lines: { type: 'array', minItems: 1, items: object({ outcome: { enum: ['failed'] } }) } }),
    object({ lines: { type: 'array', minItems: 1, items: object({}) } }),
    'detail.data.lines.outcome: the field is gone',
  ],
  [
    'a union: the field gone from one variant',
    ofCaller('a'),
    caller('a'),
    { anyOf: [caller('a'), object({ other: string })] },
    OPTIONAL,
  ],
];

describe('a published pattern', () => {
  it.each(rows.map(([name, ...row]) => [name, ...row] as const))('%s', (...[, pattern, before, after, ...expected]) => {
    const findings = patternFindings(pattern, [event(before)], [event(after)]);
    expect(findings.map(({ path, why }) => `${path}: ${why}`)).toEqual(expected);
  });

  it('loses an event that is gone', () => {
    expect(patternFindings(onDone(), [event(caller('a'))], [event(caller('b'), 'Begun.v1')])).toEqual([
      { detailType: 'Done.v1', path: 'detail-type', why: 'regulabel.inference Done.v1 is no longer published' },
    ]);
  });

  it('names what an event is called now', () => {
    const moved = event(caller('a'), 'Done.v1', 'regulabel.evaluation');
    expect(patternFindings(onDone(), [event(caller('a'))], [moved]).map(({ why }) => why)).toEqual([
      'regulabel.inference Done.v1 is now called regulabel.evaluation Done.v1',
    ]);
  });

  it('goes on matching a moved event that it chooses in its new place too', () => {
    const everything = { source: [{ prefix: 'regulabel.' }] };
    const moved = event(caller('a'), 'Done.v1', 'regulabel.evaluation');
    expect(patternFindings(everything, [event(caller('a'))], [moved])).toEqual([]);
  });

  it('is asked of every event that it chooses, by prefix too, and of no other', () => {
    const pattern = { 'detail-type': [{ prefix: 'Done' }], detail: { data: { caller: ['a'] } } };
    const old = [event(caller('a'), 'Done.v1'), event(caller('a'), 'Done.v2'), event(caller('a'), 'Begun.v1')];
    const recent = [event(caller('a'), 'Done.v1'), event(object({}), 'Done.v2'), event(object({}), 'Begun.v1')];
    expect(patternFindings(pattern, old, recent)).toEqual([
      { detailType: 'Done.v2', path: 'detail.data.caller', why: 'the field is gone' },
    ]);
  });

  it('is none of an event that it never matched', () => {
    expect(patternFindings(ofCaller('z'), [event(caller('a'))], [event(object({}))])).toEqual([]);
  });

  it('is matched against a concrete event as EventBridge does', () => {
    const concrete = { source: 'regulabel.inference', 'detail-type': 'Done.v1', detail: { data: { caller: 'a' } } };
    expect(matchesEvent(ofCaller('a'), concrete)).toBe(true);
    expect(matchesEvent(ofCaller('b'), concrete)).toBe(false);
  });
});
