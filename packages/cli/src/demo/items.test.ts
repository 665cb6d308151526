import { describe, expect, it } from '@jest/globals';
import { DEMO_COUNTRIES } from './countries.ts';
import { itemsOf, type Lot } from './items.ts';
import { LANGUAGES } from './languages/index.ts';

const lot = (changes: Partial<Lot> = {}): Lot => ({
  ...{ seed: 1, country: 'DE', languages: ['de'], age: 0, kind: 'L' },
  ...changes,
});
const items = (of: Lot, count: number) => {
  const item = itemsOf(of);
  return Array.from({ length: count }, (_, index) => item(index));
};
const share = <T>(values: readonly T[], is: (value: T) => boolean) => values.filter(is).length / values.length;

describe('the demo shop', () => {
  it('gives the same item for the same seed, month and number, whatever was made before', () => {
    expect(itemsOf(lot())(137)).toEqual(items(lot(), 138)[137]);
  });

  it('gives other items for another seed, month, country or table', () => {
    const titles = (of: Lot) =>
      items(of, 40)
        .map(({ title }) => title)
        .join();
    const lots = [lot(), lot({ seed: 2 }), lot({ age: 1 }), lot({ country: 'AT' }), lot({ kind: 'S' })];
    expect(new Set(lots.map(titles)).size).toBe(lots.length);
  });

  it('gives every item an id of its own and a title', () => {
    const made = items(lot(), 2000);
    expect(new Set(made.map(({ item_id }) => item_id)).size).toBe(2000);
    expect(made.every(({ title }) => title.trim() !== '')).toBe(true);
  });

  it.each(Object.entries(DEMO_COUNTRIES))('writes in the languages of %s', (country, { languages }) => {
    const made = items(lot({ country, languages }), 400);
    expect(share(made, ({ language }) => languages.includes(language))).toBeGreaterThan(0.9);
    expect(new Set(made.map(({ language }) => language))).toEqual(new Set([...languages, 'en']));
    const named = share(made, ({ language, product, title }) =>
      LANGUAGES[language].nouns[product.noun].some((noun) => title.toLowerCase().includes(noun.toLowerCase())),
    );
    expect(named).toBeGreaterThan(0.65);
  });

  it('lists some items more than once, in other words', () => {
    const made = items(lot(), 2000);
    const near = made.filter(({ title }, index) =>
      made.slice(Math.max(0, index - 50), index).some((other) => title.startsWith(`${other.title} `)),
    );
    expect(near.length / made.length).toBeGreaterThan(0.05);
    expect(near.length / made.length).toBeLessThan(0.12);
  });

  it('hides from some titles what the item is', () => {
    const silent = share(
      items(lot(), 2000),
      ({ brand, title, product }) =>
        brand !== null &&
        !LANGUAGES.de.nouns[product.noun]
          .concat(LANGUAGES.en.nouns[product.noun])
          .some((noun) => title.toLowerCase().includes(noun.toLowerCase())),
    );
    expect(silent).toBeGreaterThan(0.05);
    expect(silent).toBeLessThan(0.25);
  });

  it('writes as people do: capitals, HTML remnants, missing descriptions and brands', () => {
    const made = items(lot(), 3000);
    expect(made.some(({ title }) => title === title.toUpperCase() && /[A-Z]/.test(title))).toBe(true);
    expect(made.some(({ title }) => title.includes('<b>'))).toBe(true);
    expect(share(made, ({ description }) => description === null)).toBeCloseTo(0.4, 1);
    expect(share(made, ({ brand }) => brand === null)).toBeCloseTo(0.2, 1);
  });
});
