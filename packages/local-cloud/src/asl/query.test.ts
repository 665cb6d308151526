import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from './definition.ts';
import { evaluate, expressionIn, type Names } from './query.ts';

const names: Names = { variables: { v: [1] }, states: { input: { a: [0], s: 'x' } }, now: Date.UTC(2026, 0, 2) };
const result = (expression: string) => evaluate(`{% ${expression} %}`, 'Output', names);

describe('A template', () => {
  it('without expressions is itself', async () => {
    const literals = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('{%'));
    await fc.assert(
      fc.asyncProperty(literals, async (value) => {
        const json = JSON.parse(JSON.stringify(value)) as Json;
        expect(await evaluate(json, 'Output', names)).toEqual(json);
      }),
      { examples: [[JSON.parse('{"__proto__": null}')]] },
    );
  });

  it('hands data through an expression unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const input = JSON.parse(JSON.stringify({ value })) as Json;
        const given = { ...names, states: { input } };
        expect(await evaluate('{% $states.input %}', 'Output', given)).toEqual(input);
      }),
      { examples: [[JSON.parse('{"__proto__": null}')]] },
    );
  });

  it('names the place of the expression that gives nothing', async () => {
    const template = { list: ['x', { deep: '{% $none %}' }] };
    await expect(evaluate(template, 'Output', names)).rejects.toMatchObject({ location: 'Output/list[1]/deep' });
  });

  it('takes only strings that begin and end with the marks for expressions', () => {
    expect([' {% 1 %}', '{% 1 %} ', '{%', '$states', 1].map(expressionIn)).toEqual(Array(5).fill(undefined));
    expect(expressionIn('{%1%}')).toBe('1');
  });
});

describe('JSONata', () => {
  it.each<[string, Json]>([
    ['$partition([1..5], 2)', [[1, 2], [3, 4], [5]]],
    ['$range(5, 1, -2)', [5, 3, 1]],
    ["$hash('data', 'SHA-1')", 'a17c9aaa61e80a1bf71d0d850af4e5baa9800bbd'],
    ['$random(7) = $random(7)', true],
    ['$length($uuid())', 36],
    ['$parse(\'{"a":[1]}\')', { a: [1] }],
    ['$now()', '2026-01-02T00:00:00.000Z'],
    ['$millis()', Date.UTC(2026, 0, 2)],
    ['$v', [1]],
    ['$states.input.a', [0]],
  ])('%s is %j', async (expression, value) => {
    expect(await result(expression)).toEqual(value);
  });

  it.each([
    ["$eval('1')", 'T1006: Attempted to invoke a non-function'],
    ['function($x) { $x }', 'returned an unsupported result type'],
    ['{"f": function($x) { $x }}', 'returned an unsupported result type'],
    ['$range(1, 2, 0)', 'T0410'],
    ["$hash('a', 'CRC')", 'T0410'],
    ["'a' + 1", 'T2001'],
  ])('%s fails: %s', async (expression, message) => {
    await expect(result(expression)).rejects.toThrow(message);
  });

  it('does not run for ever', async () => {
    await expect(result('($f := function($n) { $f($n + 1) }; $f(1))')).rejects.toThrow('D1012');
  });
});
