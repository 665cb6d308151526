import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PLACEHOLDER, normalise, source, textKey } from './text.ts';

const item = (title: string | null, brand: string | null = null, description: string | null = null) => ({
  title,
  brand,
  description,
});
const tokens = (...fields: Parameters<typeof item>): string[] => source(normalise(item(...fields))).split(' ');

const HOSTILE = [
  '__label__1',
  '\u0000',
  '\ud800',
  '\udc00',
  '&#55296;',
  '&#x110000;',
  '&nbsp;',
  '<b>',
  '\u2028',
  '\u00a0',
  '\u200b',
  '_',
  '#',
  '|',
  'a\u0301',
  'İ',
  'ﬁ',
  '洗濯機',
  'ไทย',
  '½',
  '&amp;ouml;',
  '<',
  '>',
  '  ',
];
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.array(fc.constantFrom(...HOSTILE, 'abc', '12'), { maxLength: 40 }).map((parts) => parts.join('')),
);
const anyField = fc.option(anyText);
const anyItem = fc.record({ title: anyField, brand: anyField, description: anyField });

describe('the tokens of an item', () => {
  it('are the words of all fields, then the pairs and trigrams of the title alone', () => {
    expect(tokens('USB Kabel', 'Acme', 'schwarz')).toEqual([
      'usb',
      'kabel',
      'acme',
      'schwarz',
      'usb_kabel',
      '#<us',
      '#usb',
      '#sb>',
      '#<ka',
      '#kab',
      '#abe',
      '#bel',
      '#el>',
    ]);
  });

  it('keep numbers apart from their units, and together as a pair', () => {
    expect(tokens('500W').slice(0, 3)).toEqual(['500', 'w', '500_w']);
  });

  it('do not depend on the way a letter is encoded', () => {
    const words = tokens('Köpfhörer');
    for (const other of [
      'KÖPFHÖRER',
      'Ko\u0308pfho\u0308rer',
      'K&ouml;pfh&#246;rer',
      'K&#xF6;pfh&amp;ouml;rer',
      'Köpf\u00adhörer',
    ]) {
      expect(tokens(other)).toEqual(words);
    }
  });

  it('leave out markup', () => {
    expect(tokens('<p class="x">Toaster</p>&nbsp;<br/>rot').slice(0, 2)).toEqual(['toaster', 'rot']);
    expect(tokens('3 < 4 > 2').slice(0, 3)).toEqual(['3', '4', '2']);
  });

  it('are pairs of characters where a script has no blanks', () => {
    expect(tokens('洗濯機').slice(0, 2)).toEqual(['洗濯', '濯機']);
  });

  it('are one placeholder for an item without letters and digits', () => {
    expect(tokens(null)).toEqual([PLACEHOLDER]);
    expect(tokens('!!!', '', '\u0000')).toEqual([PLACEHOLDER]);
  });

  it('are non-empty, without white space, control characters or label prefix, and well formed, for any text', () => {
    fc.assert(
      fc.property(anyItem, (any) => {
        const line = source(normalise(any));
        expect(line.isWellFormed()).toBe(true);
        expect(line).not.toMatch(/__label__|[\p{Cc}\p{Cf}]/u);
        expect(line).toMatch(/^\S+( \S+)*$/u);
      }),
      { numRuns: 500 },
    );
  });

  it('tell words from trigrams and pairs: only trigrams begin with #, only pairs contain _', () => {
    fc.assert(
      fc.property(anyItem, (any) => {
        const { title, brand, description } = normalise(any);
        expect([...title, ...brand, ...description].join('')).toMatch(/^[^\s#_|<>]*$/u);
      }),
    );
  });

  it('are the same for the same key', () => {
    fc.assert(
      fc.property(fc.array(anyItem, { minLength: 2, maxLength: 6 }), (items) => {
        const byKey = new Map<string, string>();
        for (const text of items.map(normalise)) {
          const line = byKey.get(textKey(text)) ?? source(text);
          expect(source(text)).toBe(line);
          byKey.set(textKey(text), line);
        }
      }),
    );
  });

  it('are bounded, and found in a moment, for texts of megabytes', () => {
    for (const unit of ['a', 'ab ', '<a', '&#', '&amp;', '<b>', '洗', '\ud83d\ude00', 'ﷺ', 'a\u0301\u0301 ']) {
      const huge = unit.repeat(4_000_000 / unit.length);
      const begun = performance.now();
      expect(tokens(huge, huge, huge).length).toBeLessThan(6000);
      expect(performance.now() - begun).toBeLessThan(1000);
    }
  });
});

describe('the key of a text', () => {
  it('never changes: the split into training and test rows hangs on it', () => {
    const key = (...fields: Parameters<typeof item>) => textKey(normalise(item(...fields)));
    expect(key('Kaffee-Maschine 500W', 'Söhne & Co', '<b>12</b> Tassen')).toBe(
      'kaffee maschine 500 w|söhne co|12 tassen',
    );
    expect(key(null)).toBe('||');
  });

  it('reads 256 characters of a title, 64 of a brand, and 32 words of a description', () => {
    const { title, brand, description } = normalise(item('x'.repeat(300), 'y'.repeat(300), 'z '.repeat(300)));
    expect([title.join('').length, brand.join('').length, description.length]).toEqual([256, 64, 32]);
  });
});
