import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkedCatalogue } from '@regulabel/shared/catalogue';
import fc from 'fast-check';
import { checkCatalogueText, readCatalogueFile } from './catalogueFile.ts';
import { CommandError } from './errors.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'catalogue-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

const SMALLEST = 'countries: { DE: { schemes: { weee: {} } } }\n';
const problems = (text: string): string[] =>
  checkCatalogueText(text).problems.map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`);
const lines = (...text: string[]): string => text.join('\n');

describe('checkCatalogueText', () => {
  it.each([
    ['YAML', SMALLEST],
    ['YAML with Norway in Norwegian', 'countries: { NO: { languages: [no, nn], schemes: { weee: {} } } }'],
    ['JSON, indented by tabs', '{\n\t"countries": {\n\t\t"DE": { "schemes": { "weee": {} } }\n\t}\n}\n'],
    ['Windows line ends', SMALLEST.replace('\n', '\r\n')],
    [
      'a code list that two countries share',
      lines(
        'countries:',
        '  DE: { schemes: { weee: { codes: &eu [{ code: "1" }, { code: "2" }] } } }',
        '  FR: { schemes: { weee: { codes: *eu } } }',
      ),
    ],
  ])('takes %s', (_what, text) => {
    const { value, problems: found } = checkCatalogueText(text);
    expect(found).toEqual([]);
    expect(() => checkedCatalogue(value, 'it')).not.toThrow();
  });

  it('finds every problem of a catalogue, from top to bottom, with line and column', () => {
    const text = lines(
      'countries:',
      '  DE:',
      '    languages: [de, xx]',
      '    schemes:',
      '      weee:',
      '        trails: 3',
      '        codes:',
      '          - { code: SG1, validTo: 2026-02-30 }',
      '          - code: SG2',
      '            replacedBy: SG3',
      '          - code: 12',
      '      battery:',
      '  XX:',
      '    schema: {}',
    );
    const at = 'countries.DE.schemes';
    expect(problems(text)).toEqual([
      '3:21 countries.DE.languages[1] "xx" is not an ISO 639-1 language code',
      `6:9 ${at}.weee.trails unknown field: did you mean "trials"?`,
      `8:35 ${at}.weee.codes[0].validTo it has to be a date such as 2026-01-31`,
      `10:25 ${at}.weee.codes[1].replacedBy code SG2 is replaced by SG3, which is not in the list`,
      `11:19 ${at}.weee.codes[2].code it has to be text, and 12 is not: put it in quotes`,
      `12:7 ${at}.battery nothing stands here: it has to be a map, at least {}`,
      '13:3 countries.XX.schemes it is missing: a map',
      '13:3 countries.XX "XX" is not an ISO 3166-1 alpha-2 country code',
      '14:5 countries.XX.schema unknown field: did you mean "schemes"?',
    ]);
  });

  it('points into the list that an alias stands for', () => {
    const text = lines(
      'countries:',
      '  DE: { schemes: { weee: { codes: &eu [{ code: 1 }] } } }',
      '  FR: { schemes: { weee: { codes: *eu } } }',
    );
    expect(problems(text)).toEqual([
      '2:48 countries.DE.schemes.weee.codes[0].code it has to be text, and 1 is not: put it in quotes',
      '2:48 countries.FR.schemes.weee.codes[0].code it has to be text, and 1 is not: put it in quotes',
    ]);
  });

  it.each<[string, string, string[]]>([
    ['nothing', '', ['1:1  it is empty; the smallest catalogue is countries: { DE: { schemes: { weee: {} } } }']],
    [
      'a comment',
      '# later',
      ['1:1  it is empty; the smallest catalogue is countries: { DE: { schemes: { weee: {} } } }'],
    ],
    [
      'a key twice',
      `${SMALLEST}countries: {}\n`,
      [
        '2:1  "countries" stands twice in this map',
        '2:1 countries there is no line: name at least one country with one scheme',
      ],
    ],
    ['tabs', 'countries:\n\tDE: {}\n', ['2:1  a tab cannot indent YAML: use blanks']],
    ['two documents', `${SMALLEST}---\n${SMALLEST}`, ['2:1  a second document begins here; a catalogue is one']],
    ['an alias of nothing', 'countries: *eu', ['1:12  no anchor &eu stands before this alias']],
    ['an alias of itself', 'countries: &a { DE: *a }', ['1:1  an alias leads back to what it is part of']],
    ['another tag', 'countries: !map { DE: { schemes: { weee: {} } } }', ['1:12  Unresolved tag: !map']],
    ['a map as a key', '{ [DE]: 1 }', ['1:3  a key has to be text']],
    ['an open quote', 'countries: "DE', ['1:15  Missing closing "quote']],
  ])('says what is wrong with %s', (_what, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it('refuses what is nested too deeply', () => {
    for (const text of ['['.repeat(20_000), '- '.repeat(20_000), `${'{a: '.repeat(100)}1${'}'.repeat(100)}`]) {
      expect(problems(text).join()).toContain('nested too deeply');
    }
  });

  it('refuses aliases that would make a small file large, and too many of them, without delay', () => {
    const levels = Array.from(
      { length: 30 },
      (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level}, `.repeat(9)}]`,
    );
    expect(problems(lines('a0: &a0 [lol]', ...levels))).toEqual([
      expect.stringMatching(/its aliases make it larger than 6 MB/),
    ]);
    expect(problems('countries: &a { DE: { schemes: { weee: *a } } }').join()).toMatch(/leads back/);
    expect(problems(`a: &a 1\nb: [${'*a, '.repeat(100_000)}]`)).toEqual([
      expect.stringContaining('more than 10000 aliases'),
    ]);
  });

  it('compares the keys of a map once each', () => {
    const text = Array.from({ length: 30_000 }, (_, index) => `k${index}: 1`).join('\n');
    expect(problems(text)).toHaveLength(30_001);
  });

  it('answers a catalogue or problems with places for every text', () => {
    const word = fc.constantFrom(
      'countries',
      'DE',
      ':',
      ' ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '-',
      '- ',
      '&a',
      '*a',
      '"',
      '\t',
      '?',
      '|',
      '!',
      '%',
      '---',
      'weee',
      '\0',
      '#',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
      fc.json(),
    );
    fc.assert(
      fc.property(text, (written) => {
        const { value, problems: found } = checkCatalogueText(written);
        if (found.length === 0) checkedCatalogue(value, 'it');
        const count = written.split(/\r\n|\n/).length;
        for (const { line, column } of found) {
          expect(line).toBeLessThanOrEqual(count);
          expect(column).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('readCatalogueFile', () => {
  const file = async (name: string, content: string | Uint8Array): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };

  it('reads a file as UTF-8, with or without a byte order mark', async () => {
    const input = { countries: { DE: { schemes: { weee: {} } } } };
    expect(await readCatalogueFile(await file('plain.yml', SMALLEST))).toEqual(input);
    expect(await readCatalogueFile(await file('bom.yml', `\uFEFF${SMALLEST}`))).toEqual(input);
    expect(await readCatalogueFile(await file('it.json', JSON.stringify(input)))).toEqual(input);
  });

  it('names file, line and column of each problem, the first twenty', async () => {
    const bad = await file('bad.yml', `countries: { DE: { schemes: { weee: { codes: [${'{}, '.repeat(30)}] } } } }`);
    const message = await readCatalogueFile(bad).then(
      () => '',
      (error: unknown) => (error as Error).message,
    );
    expect(message.split('\n')).toHaveLength(22);
    expect(message).toContain(`${bad}:1:47  countries.DE.schemes.weee.codes[0].code: it is missing: text`);
    expect(message).toMatch(/and 10 more/);
  });

  it('says in one line what is wrong with a file that cannot be read', async () => {
    const refused = async (path: string): Promise<string> => {
      const error = await readCatalogueFile(path).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(CommandError);
      return (error as CommandError).message;
    };
    expect(await refused(join(folder, 'gone.yml'))).toBe(`there is no file ${join(folder, 'gone.yml')}`);
    expect(await refused(folder)).toBe(`${folder} is a folder: name a catalogue file, YAML or JSON`);
    expect(await refused(await file('utf16.yml', Buffer.from(`\uFEFF${SMALLEST}`, 'utf16le')))).toMatch(
      /is not UTF-8 text/,
    );
    expect(await refused(await file('large.yml', '#'.repeat(4 * 1024 * 1024 + 1)))).toMatch(/is larger than 4 MB/);
  });
});
