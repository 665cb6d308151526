import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import * as z from 'zod';
import { parse, parseJson, parseStrictly } from './parse.ts';

const schema = z.object({
  name: z.string(),
  parts: z.array(z.object({ size: z.number() })),
  note: z.string().optional(),
});
const good = { name: 'a', parts: [{ size: 1 }] };

describe('parse', () => {
  it('names what was parsed, every path that is wrong, and what is wrong there', () => {
    const wrong = { name: 3, parts: [{ size: 1 }, { size: 'x' }] };
    expect(() => parse(schema, wrong, 's3://b/k')).toThrow(
      /^s3:\/\/b\/k does not keep its contract: name: .*; parts\[1\]\.size: /,
    );
  });

  it('tolerates fields that it does not know, and drops them', () => {
    expect(parse(schema, { ...good, later: true, parts: [{ size: 1, unit: 'm' }] }, 'x')).toEqual(good);
  });
});

describe('parseStrictly', () => {
  it('refuses a field that the contract does not have, however deep, by its path', () => {
    expect(() => parseStrictly(schema, { ...good, parts: [{ size: 1, unit: 'm' }], later: true }, 'x')).toThrow(
      'x does not keep its contract: parts[0].unit: unknown field; later: unknown field',
    );
  });

  it('takes an optional field that is undefined for absent', () => {
    expect(parseStrictly(schema, { ...good, note: undefined, other: undefined }, 'x')).toEqual(good);
  });
});

describe('parseJson', () => {
  it('says when a text is not JSON, with the cause', () => {
    expect(() => parseJson(schema, '{', 'message 1')).toThrow(
      expect.objectContaining({
        name: 'ContractError',
        message: 'message 1 does not keep its contract: it is not JSON',
        cause: expect.any(SyntaxError) as unknown,
      }),
    );
  });

  it('gives back what was written', () => {
    fc.assert(
      fc.property(
        fc.record({
          name: fc.string(),
          parts: fc.array(
            fc.record({ size: fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)) }),
          ),
        }),
        (value) => {
          expect(parseJson(schema, JSON.stringify(value), 'x')).toEqual(value);
        },
      ),
    );
  });
});
