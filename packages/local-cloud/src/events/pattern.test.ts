import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AwsError } from '../aws.ts';
import { parseJson } from './json.ts';
import { compilePattern, fieldsOf } from './pattern.ts';
import { matchesWildcard, parseWildcard } from './wildcard.ts';

function matches(pattern: unknown, event: unknown): boolean {
  const text = typeof event === 'string' ? event : JSON.stringify(event);
  return compilePattern(typeof pattern === 'string' ? pattern : JSON.stringify(pattern)).matches(
    fieldsOf(parseJson(text)),
  );
}
const reason = (pattern: unknown): string => {
  try {
    compilePattern(typeof pattern === 'string' ? pattern : JSON.stringify(pattern));
  } catch (error) {
    return (error as Error).message.replace('Event pattern is not valid. Reason: ', '');
  }
  return 'accepted';
};
/** A condition on the field `f`. */
const on = (condition: unknown, value: unknown): boolean => matches({ f: [condition] }, { f: value });

describe('an event pattern', () => {
  it.each([
    ['text', 'a', 'a', true],
    ['text against a number', '1', 1, false],
    ['a number in another spelling', 100, '{"f":1e2}', true],
    ['a number beyond the comparable range by its spelling', 123456789012, 123456789012, true],
    ['null', null, null, true],
    ['null against an empty text', null, '', false],
    ['an address in another spelling', '2001:db8::1', '2001:0DB8:0:0:0:0:0:1', true],
    ['prefix', { prefix: 'ab' }, 'abc', true],
    ['prefix against a number', { prefix: '1' }, 12, false],
    ['prefix ignoring case', { prefix: { 'equals-ignore-case': 'AB' } }, 'aBc', true],
    ['suffix ignoring case', { suffix: { 'equals-ignore-case': '.CSV' } }, 'x.csv', true],
    ['equals ignoring case', { 'equals-ignore-case': 'Straße' }, 'STRASSE', false],
    ['exactly', { exactly: 'x' }, 'x', true],
    ['anything-but a text', { 'anything-but': 'a' }, 'b', true],
    ['anything-but against another type', { 'anything-but': 'a' }, 7, true],
    ['anything-but a number in another spelling', { 'anything-but': [1, 2] }, '{"f":2.0}', false],
    ['anything-but suffixes', { 'anything-but': { suffix: ['.a', '.b'] } }, 'x.b', false],
    ['anything-but wildcard', { 'anything-but': { wildcard: '*/tmp/*' } }, '/x/tmp/y', false],
    ['numeric range, lower bound excluded', { numeric: ['>', 1, '<=', 2] }, 1, false],
    ['numeric range, upper bound included', { numeric: ['>', 1, '<=', 2] }, 2, true],
    ['numeric against text', { numeric: ['=', 1] }, '1', false],
    ['six digits after the point and no more', { numeric: ['=', 0.123456] }, 0.12345600004, true],
    ['cidr, base not aligned', { cidr: '10.0.0.77/24' }, '10.0.0.3', true],
    ['cidr of the other family', { cidr: '10.0.0.0/8' }, '::ffff:a00:1', false],
    ['cidr /0', { cidr: '0.0.0.0/0' }, '255.1.2.3', true],
    ['wildcard crossing slashes', { wildcard: 'in/*/m.json' }, 'in/a/b/m.json', true],
    ['wildcard with an escaped star', { wildcard: 'a\\**' }, 'a*b', true],
    ['wildcard that needs backtracking', { wildcard: '*aab' }, 'aaab', true],
    ['an array by any of its values', 'b', ['a', 'b'], true],
    ['anything-but by any of an array', { 'anything-but': 'a' }, ['a', 'b'], true],
    ['exists on an object', { exists: true }, { x: 1 }, false],
    ["absence of an object's leaf", { exists: false }, { x: 1 }, true],
  ])('compares %s', (_, condition, value, expected) => {
    expect(
      typeof value === 'string' && value.startsWith('{"f"') ? matches({ f: [condition] }, value) : on(condition, value),
    ).toBe(expected);
  });

  it('asks all fields of it within the same element of an array', () => {
    const pattern = { items: { id: ['a'], tags: { name: ['x'] } } };
    const element = (id: string, name: string) => ({ id, tags: [{ name: 'other' }, { name }] });
    expect(matches(pattern, { items: [element('a', 'x'), element('b', 'y')] })).toBe(true);
    expect(matches(pattern, { items: [element('a', 'y'), element('b', 'x')] })).toBe(false);
  });

  it('matches large independent arrays without trying every combination', () => {
    const many = (name: string) => Array.from({ length: 3000 }, () => ({ [name]: 'x' }));
    expect(matches({ a: { p: ['x'] }, b: { q: ['x'] }, c: ['z'] }, { a: many('p'), b: many('q'), c: 'y' })).toBe(false);
    expect(matches({ a: { p: ['x'] }, b: { q: ['x'] } }, { a: many('p'), b: many('q') })).toBe(true);
  });

  it('takes $or as alternatives beside the fields around it', () => {
    const pattern = { s: ['1'], $or: [{ a: [{ exists: true }] }, { b: { c: ['x'] } }] };
    expect(matches(pattern, { s: '1', b: { c: 'x' } })).toBe(true);
    expect(matches(pattern, { s: '1', b: { c: 'y' } })).toBe(false);
    expect(matches(pattern, { s: '2', a: 1 })).toBe(false);
  });

  it('counts repeated objects together and the last of repeated lists', () => {
    expect(matches('{"d":{"a":["1"]},"d":{"b":["2"]}}', { d: { a: '1', b: '3' } })).toBe(false);
    expect(matches('{"a":["1"],"a":["2"]}', { a: '2' })).toBe(true);
  });

  it.each([
    ['{', 'Unexpected end-of-input: expected close marker for Object'],
    ['{"a" ["b"]}', "Unexpected character ('[' (code 91)): was expecting a colon to separate field name and value"],
    ['{"a":["b" "c"]}', `Unexpected character ('"' (code 34)): was expecting comma to separate Array entries`],
    ['', 'Filter is not an object'],
    [{}, 'Empty objects are not allowed'],
    [{ a: { b: 'x' } }, '"b" must be an object or an array'],
    [{ a: [['x']] }, 'Match value must be String, number, true, false, or null'],
    [{ a: [{}] }, 'Match expression name not found'],
    [{ a: [{ prefix: 'x', suffix: 'y' }] }, 'Only one key allowed in match expression'],
    [{ a: [{ prefix: { suffix: 'y' } }] }, 'Unsupported prefix pattern: suffix'],
    [{ a: [{ 'anything-but': {} }] }, 'Anything-But expression name not found'],
    [{ a: [{ 'anything-but': { numeric: ['=', 1] } }] }, 'Unsupported anything-but pattern: numeric'],
    [
      { a: [{ 'anything-but': ['a', 1] }] },
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    ],
    [{ a: [{ exists: 'yes' }] }, 'exists match pattern must be either true or false.'],
    [{ a: [{ numeric: [] }] }, 'Invalid member in numeric match: ]'],
    [{ a: [{ numeric: ['>'] }] }, 'Value of > must be numeric'],
    [{ a: [{ numeric: ['!', 1] }] }, 'Unrecognized numeric range operator: !'],
    [{ a: [{ numeric: ['<', 1, '>', 0] }] }, 'Too many elements in numeric expression'],
    [{ a: [{ numeric: ['>', 1, '=', 2] }] }, 'Bad numeric range operator: ='],
    [{ a: [{ numeric: ['>', 2, '<', 1] }] }, 'Bottom must be less than top'],
    [{ a: [{ numeric: ['=', 6e9] }] }, 'Value must be between -5.0E9 and 5.0E9, inclusive'],
    [{ a: [{ cidr: '10.0.0.1/32' }] }, 'IPv4 mask bits must be < 32'],
    [{ a: [{ cidr: '10.0.0.1/-1' }] }, 'Malformed CIDR, mask bits must not be negative'],
    [{ a: [{ wildcard: 'é**' }] }, 'Consecutive wildcard characters at pos 3'],
    [{ a: [{ wildcard: 'a\\' }] }, 'Invalid escape character at pos 2'],
    [{ a: [{ 'anything-but': { wildcard: 'a**' } }] }, 'Consecutive wildcard characters at pos 2'],
    [{ $or: [{ a: ['x'] }] }, 'There must have at least 2 Objects in $or relationship.'],
    [{ $or: { a: ['x'] } }, 'It must be an Array followed with $or.'],
    [{ $or: [{ a: ['x'] }, 'b'] }, 'Only JSON object is allowed in array of $or relationship.'],
    [{ $or: [{ prefix: ['x'] }, { b: ['y'] }] }, 'prefix is Ruler reserved fieldName which cannot be used inside $or.'],
    ['{"a":["b"]} and more', 'accepted'],
  ])('says why it refuses %j', (pattern, expected) => {
    expect(reason(pattern)).toBe(expected);
  });

  it('refuses wildcards of which one value can match more than ten prefixes, over all of a field', () => {
    const both = (...wildcards: string[]) => reason({ f: wildcards.map((wildcard) => ({ wildcard })) });
    expect(both('*.bin', '*.tar', '*.zip', '*.csv')).toBe('accepted');
    expect(both('*/in/*.bin', '*/in/*.tar')).toBe('accepted');
    expect(both('*/in/*.bin', '*/in/*.tar', '*/in/*.zip', '*/in/*.csv')).toMatch(/^Rule is too complex/);
    expect(both('*:*:*:*:*:bus/*')).toMatch(/^Rule is too complex/);
  });
});

describe('the JSON reader', () => {
  it('reads whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const rebuild = (node: ReturnType<typeof parseJson>): unknown => {
          switch (node.kind) {
            case 'object':
              return Object.fromEntries(node.members.map(([name, value]) => [name, rebuild(value)]));
            case 'array':
              return node.items.map(rebuild);
            case 'string':
              return node.value;
            default:
              return JSON.parse(node.text);
          }
        };
        expect(rebuild(parseJson(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('ends every other text with a value or a refusal', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('{}[]":,tru e1.-\\n')) }), (text) => {
        try {
          parseJson(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AwsError);
        }
      }),
    );
  });
});

describe('a wildcard', () => {
  it('matches as the regular expression with the same meaning', () => {
    const letters = fc.constantFrom('a', 'b', 'é');
    const parts = fc.array(fc.string({ unit: letters }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(parts, fc.string({ unit: letters, maxLength: 12 }), (literals, value) => {
        const text = literals
          .filter((literal, index) => index === 0 || index === literals.length - 1 || literal !== '')
          .join('*');
        fc.pre(!text.includes('**'));
        const expected = new RegExp(`^${text.replaceAll('*', '.*')}$`, 'u').test(value);
        expect(matchesWildcard(parseWildcard(text), value)).toBe(expected);
      }),
    );
  });
});
