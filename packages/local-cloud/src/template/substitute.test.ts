import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { substitute, substitutedNames } from './substitute.ts';

/** Text without the beginning of a placeholder. */
const literal = fc.string().map((text) => text.replaceAll('${', '$ {').replace(/\$$/, ''));
/** Names as CloudFormation has them, and the digests that serverless-step-functions uses. */
const name = fc.oneof(fc.stringMatching(/^[0-9a-f]{32}$/), fc.stringMatching(/^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z]+)?$/));

describe('substitute', () => {
  it('puts the value in place of each name and leaves every other character as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(literal, name, fc.string())), literal, (parts, end) => {
        const values = new Map(parts.map(([, key, value]) => [key, value]));
        const text = parts.map(([before, key]) => `${before}\${${key}}`).join('') + end;
        const expected = parts.map(([before, key]) => before + (values.get(key) ?? '')).join('') + end;
        expect(substitute(text, (key) => values.get(key) ?? 'unknown')).toBe(expected);
        expect(substitutedNames(text)).toEqual(parts.map(([, key]) => key));
      }),
    );
  });

  it('turns ${!Name} into ${Name} and asks for no value', () => {
    fc.assert(
      fc.property(literal, name, literal, (before, key, after) => {
        const text = `${before}\${!${key}}${after}`;
        expect(substitute(text, () => 'asked')).toBe(`${before}\${${key}}${after}`);
        expect(substitutedNames(text)).toEqual([]);
      }),
    );
  });

  it('does not look into values again', () => {
    fc.assert(
      fc.property(name, fc.string(), (key, value) => {
        expect(substitute(`\${${key}}`, () => `\${${key}}${value}$&$1`)).toBe(`\${${key}}${value}$&$1`);
      }),
    );
  });

  it('leaves expressions of other languages alone', () => {
    const definition = '{"Arguments":{"Name":"{% $states.input.name & {} %}","Price":"$5"}}';
    expect(substitute(definition, () => 'asked')).toBe(definition);
  });

  it('asks for whatever stands in a placeholder, so that a name that is none can be refused', () => {
    const asked: string[] = [];
    substitute('${ a }${b c}${}', (key) => (asked.push(key), ''));
    expect(asked).toEqual([' a ', 'b c']);
  });
});
