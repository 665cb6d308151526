import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pathName } from './catalogueProblem.ts';
import { catalogueProblems } from './catalogueProblems.ts';
import { catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import { COUNTRY_CODES, LANGUAGE_CODES } from './isoCodes.ts';
import { parseStrictly } from '@regulabel/contracts/parse';

const problems = (value: unknown): string[] =>
  catalogueProblems(value).map(({ path, at, message }) => `${pathName(path)} (${at}) ${message}`);
const line = (settings: unknown) => ({ countries: { DE: { schemes: { weee: settings } } } });
const codes = (...list: unknown[]) => line({ codes: list });
const LINE = 'countries.DE.schemes.weee';

describe('catalogueProblems', () => {
  it.each<[string, unknown, string[]]>([
    ['nothing at all', null, [' (value) nothing stands here: it has to be a map, at least {}']],
    ['text', 'hello', [' (value) it has to be a map']],
    ['no line', { countries: {} }, ['countries (value) there is no line: name at least one country with one scheme']],
    ['a line without settings', line(null), [`${LINE} (value) nothing stands here: it has to be a map, at least {}`]],
    [
      'a country that no standard has',
      { countries: { XX: { schemes: { weee: {} } } } },
      ['countries.XX (key) "XX" is not an ISO 3166-1 alpha-2 country code'],
    ],
    [
      "a regulator's own code for a country",
      { countries: { EL: { schemes: { weee: {} } } } },
      ['countries.EL (key) "EL" is not an ISO 3166-1 alpha-2 country code: did you mean "GR"?'],
    ],
    [
      'a country in small letters',
      { countries: { de: { schemes: { weee: {} } } } },
      ['countries.de (key) "de" is not an ISO 3166-1 alpha-2 country code: did you mean "DE"?'],
    ],
    [
      'an unknown language',
      { countries: { DE: { languages: ['de', 'xx', 'German'], schemes: { weee: {} } } } },
      [
        'countries.DE.languages[2] (value) it has to be an ISO 639-1 code such as de',
        'countries.DE.languages[1] (value) "xx" is not an ISO 639-1 language code',
      ],
    ],
    [
      'a scheme with a name that no key can have',
      { countries: { DE: { schemes: { 'W EEE': {} } } } },
      [
        'countries.DE.schemes.W EEE (key) "W EEE" is no name of a scheme: lower-case letters, digits and hyphens, a letter first, 16 at most',
      ],
    ],
    [
      'a misspelt field, with what was meant',
      line({ trails: 3 }),
      [`${LINE}.trails (key) unknown field: did you mean "trials"?`],
    ],
    [
      'a field that is like no other',
      { ...line({}), owner: 'me' },
      ['owner (key) unknown field; known here: countries'],
    ],
    [
      'a code that is a number',
      codes({ code: 12 }),
      [`${LINE}.codes[0].code (value) it has to be text, and 12 is not: put it in quotes`],
    ],
    ['an entry without a code', codes({ title: 'A' }), [`${LINE}.codes[0].code (value) it is missing: text`]],
    [
      'a code with blanks around it',
      codes({ code: 'A ' }),
      [`${LINE}.codes[0].code (value) blanks around, or control characters in, the code "A ": no label can have it`],
    ],
    [
      'a date that is none',
      codes({ code: 'A', validFrom: '2026-02-30' }),
      [`${LINE}.codes[0].validFrom (value) it has to be a date such as 2026-01-31`],
    ],
    [
      'a successor that is not in the list',
      codes({ code: 'SG5', replacedBy: 'SG-6' }, { code: 'SG6' }),
      [`${LINE}.codes[0].replacedBy (value) code SG5 is replaced by SG-6, which is not in the list`],
    ],
    [
      'two circles and what leads into one, each circle once',
      codes(
        { code: 'X', replacedBy: 'A' },
        { code: 'A', replacedBy: 'B' },
        { code: 'B', replacedBy: 'A' },
        { code: 'C', replacedBy: 'C' },
      ),
      [
        `${LINE}.codes[1].replacedBy (value) code A is replaced, in the end, by itself: A -> B -> A`,
        `${LINE}.codes[3].replacedBy (value) code C is replaced, in the end, by itself: C -> C`,
      ],
    ],
    [
      'a long period over two short ones',
      codes(
        { code: 'A', validFrom: '2020-01-01', validTo: '2029-12-31' },
        { code: 'A', validFrom: '2021-01-01', validTo: '2021-12-31' },
        { code: 'A', validFrom: '2025-01-01' },
      ),
      [
        `${LINE}.codes[1].code (value) code A: its period 2021-01-01 to 2021-12-31 overlaps with 2020-01-01 to 2029-12-31 in [0]`,
        `${LINE}.codes[2].code (value) code A: its period 2025-01-01 to ... overlaps with 2020-01-01 to 2029-12-31 in [0]`,
      ],
    ],
    [
      'a range of an unknown type',
      line({ algorithms: [{ ranges: { epochs: { type: 'whole', min: 1 } } }] }),
      [
        `${LINE}.algorithms[0].ranges.epochs.type (value) it has to be a map whose type is integer, continuous or categorical`,
      ],
    ],
    [
      "another type's field in a range",
      line({ trials: 1, algorithms: [{ ranges: { epochs: { type: 'integer', min: 1, max: 9, values: [] } } }] }),
      [`${LINE}.algorithms[0].ranges.epochs.values (key) unknown field; known here: type, min, max, scale`],
    ],
  ])('says what is wrong with %s', (_what, value, expected) => {
    expect(problems(value)).toEqual(expected);
  });

  it('names everything at once, whatever else is wrong', () => {
    const value = {
      countries: {
        DE: {
          languages: ['xx'],
          schemes: { weee: { trials: 0, codes: [{ code: 'A', replacedBy: 'Z' }, { code: 7 }] } },
        },
        ZZ: { shemes: {} },
      },
    };
    expect(problems(value).map((text) => text.split(' ')[0])).toEqual([
      `${LINE}.codes[1].code`,
      `${LINE}.trials`,
      'countries.ZZ.schemes',
      'countries.ZZ.shemes',
      'countries.DE.languages[0]',
      `${LINE}.codes[0].replacedBy`,
      'countries.ZZ',
    ]);
  });

  it('finds a circle at the end of a chain of 100,000 successors without delay', () => {
    const chain = Array.from({ length: 100_000 }, (_, index) => ({ code: `C${index}`, replacedBy: `C${index + 1}` }));
    const [problem, ...others] = catalogueProblems(codes(...chain, { code: 'C100000', replacedBy: 'C0' }));
    expect(others).toEqual([]);
    expect(problem?.message).toBe(
      'code C0 is replaced, in the end, by itself: C0 -> C1 -> C2 -> C3 -> ... -> C99999 -> C100000 -> C0',
    );
  });

  it('passes nothing that the contract refuses, and refuses nothing without a place', () => {
    const word = fc.constantFrom('DE', 'XX', 'weee', 'schemes', 'codes', 'code', 'trials', 'countries', '__proto__');
    const leaf = fc.oneof(fc.constantFrom(null, 1, 'DE', 'A', {}, []), fc.jsonValue({ maxDepth: 1 }));
    const tree = fc.oneof(
      leaf,
      fc.dictionary(word, fc.dictionary(word, leaf)).map((countries) => ({ countries })),
      fc.dictionary(word, fc.dictionary(word, fc.dictionary(word, leaf))).map((countries) => ({ countries })),
      fc.array(fc.dictionary(word, leaf), { maxLength: 3 }).map((list) => codes(...list)),
      fc.dictionary(word, leaf).map(line),
    );
    fc.assert(
      fc.property(tree, (value) => {
        const found = catalogueProblems(value);
        if (found.length === 0) expect(() => parseStrictly(catalogue, value, 'it')).not.toThrow();
        for (const { message } of found) expect(message).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });
});

describe('the ISO codes', () => {
  it('are as many as the standards have, each known to Intl', () => {
    expect([COUNTRY_CODES.size, LANGUAGE_CODES.size]).toEqual([249, 183]);
    const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
    const languages = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });
    expect([...COUNTRY_CODES].filter((code) => regions.of(code) === undefined)).toEqual([]);
    expect([...LANGUAGE_CODES].filter((code) => languages.of(code) === undefined)).toEqual([]);
  });
});
