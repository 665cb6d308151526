import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkedCatalogue, linesOf } from './catalogue.ts';

const withCodes = (codes: unknown) => ({ countries: { DE: { schemes: { weee: { codes } } } } });
const check = (value: unknown) => checkedCatalogue(value, 'the catalogue');

describe('checkedCatalogue', () => {
  it('fills the defaults of the smallest catalogue', () => {
    expect(check({ countries: { DE: { schemes: { weee: {} } } } }).countries['DE']?.schemes['weee']).toMatchObject({
      trials: 4,
      minimumRows: 20,
      algorithms: [{ name: 'blazingtext' }],
    });
  });

  it('takes a code twice when its periods do not meet, and a chain of successors', () => {
    const codes = [
      { code: 'A', validTo: '2025-12-31', replacedBy: 'B' },
      { code: 'B', validFrom: '2026-01-01', replacedBy: 'C' },
      { code: 'C' },
      { code: 'D', validTo: '2020-12-31' },
      { code: 'D', validFrom: '2024-01-01' },
    ];
    expect(check(withCodes(codes)).countries['DE']?.schemes['weee']?.codes).toHaveLength(5);
  });

  it.each([
    [
      'a code twice without dates',
      [{ code: 'A' }, { code: 'A' }],
      /countries\.DE\.schemes\.weee\.codes\[1\]\.code: code A: its period \.\.\. to \.\.\. overlaps with/,
    ],
    [
      'periods that share one day',
      [
        { code: 'A', validFrom: '2026-01-01' },
        { code: 'A', validTo: '2026-01-01' },
      ],
      /its period 2026-01-01 to \.\.\. overlaps with \.\.\. to 2026-01-01 in \[1\]/,
    ],
    ['a period that ends first', [{ code: 'A', validFrom: '2026-02-01', validTo: '2026-01-01' }], /before it begins/],
    ['an unknown successor', [{ code: 'A', replacedBy: 'Z' }], /replaced by Z, which is not in the list/],
    ['its own successor', [{ code: 'A', replacedBy: 'A' }], /code A is replaced, in the end, by itself/],
    [
      'a circle of successors',
      [
        { code: 'A', replacedBy: 'B' },
        { code: 'B', replacedBy: 'A' },
      ],
      /code A is replaced, in the end, by itself: A -> B -> A$/,
    ],
  ])('refuses %s', (_what, codes, message) => {
    expect(() => check(withCodes(codes))).toThrow(message);
  });

  it.each([
    ['both static and searched', { static: { epochs: '5' }, ranges: { epochs: { type: 'integer', min: 1, max: 9 } } }],
    ['ending before it begins', { ranges: { epochs: { type: 'integer', min: 9, max: 1 } } }],
    ['of a single value', { ranges: { epochs: { type: 'integer', min: 5, max: 5 } } }],
    ['a choice with a value twice', { ranges: { loss: { type: 'categorical', values: ['a', 'b', 'c', 'd', 'a'] } } }],
    ['logarithmic from 0', { ranges: { rate: { type: 'continuous', min: 0, max: 1, scale: 'Logarithmic' } } }],
  ])('refuses a hyperparameter that is %s', (_what, algorithm) => {
    const value = { countries: { DE: { schemes: { weee: { algorithms: [algorithm] } } } } };
    expect(() => check(value)).toThrow(expect.objectContaining({ name: 'CatalogueInvalid' }));
  });

  it('refuses more trials than the ranges have combinations', () => {
    const ranges = { epochs: { type: 'integer', min: 1, max: 2 }, loss: { type: 'categorical', values: ['a', 'b'] } };
    const line = (trials: number, of: object) => ({
      countries: { DE: { schemes: { weee: { trials, algorithms: [{ ranges: of }] } } } },
    });
    expect(() => check(line(4, ranges))).not.toThrow();
    expect(() => check(line(5, ranges))).toThrow(/4 combinations, fewer than the 5 trials/);
    expect(() => check(line(1, {}))).toThrow(/no range to search/);
    expect(() => check(line(100, { rate: { type: 'continuous', min: 0, max: 1 } }))).not.toThrow();
  });

  it('refuses a catalogue without a line', () => {
    expect(() => check({ countries: { DE: { schemes: {} } } })).toThrow(/no line/);
  });

  it('refuses a misspelt field, naming its path', () => {
    expect(() => check({ countries: { DE: { schemes: { weee: { trails: 3 } } } } })).toThrow(
      /countries\.DE\.schemes\.weee\.trails/,
    );
  });

  it('names every problem, up to a bound', () => {
    expect(() => check(withCodes([{ code: 1 }, { codes: 'A' }, {}]))).toThrow(
      expect.objectContaining({
        name: 'CatalogueInvalid',
        message: expect.stringMatching(/codes\[0\].*codes\[1\].*codes\[2\]/),
      }),
    );
    expect(() => check(withCodes(Array.from({ length: 100 }, () => ({}))))).toThrow(/and 80 more$/);
  });

  it('answers or throws a named error for every JSON value, and always ends', () => {
    const code = fc.record(
      { code: fc.constantFrom('A', 'B', 'C'), replacedBy: fc.constantFrom('A', 'B', 'C', 'D') },
      { requiredKeys: ['code'] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.array(code, { minLength: 1, maxLength: 4 }).map(withCodes)), (value) => {
        try {
          expect(linesOf(check(value)).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ name: 'CatalogueInvalid' });
        }
      }),
    );
  });
});

describe('linesOf', () => {
  it('lists the lines sorted, whatever the order in the file', () => {
    const countries = { FR: { schemes: { weee: {}, battery: {} } }, DE: { schemes: { weee: {} } } };
    expect(linesOf(check({ countries }))).toEqual([
      { country: 'DE', scheme: 'weee' },
      { country: 'FR', scheme: 'battery' },
      { country: 'FR', scheme: 'weee' },
    ]);
  });
});
