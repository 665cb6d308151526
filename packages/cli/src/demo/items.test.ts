import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { catalogue } from '@regulabel/shared/contracts/ingest/catalogue.v1';
import { parse } from '@regulabel/shared/parse';
import { FAMILIES } from './families.ts';
import { itemOf, labelOf, type Lot } from './items.ts';
import { demoCatalogue, demoCountries, DEMO_COUNTRIES } from './lines.ts';
import { randomOf } from './random.ts';

const lot = (changes: Partial<Lot> = {}): Lot => ({
  seed: 1,
  country: 'DE',
  languages: ['de'],
  age: 0,
  kind: 'L',
  ...changes,
});
const items = (of: Lot, count: number) => Array.from({ length: count }, (_, index) => itemOf(of, index));

describe('the demo shop', () => {
  it('gives the same item for the same seed, month and number, whatever was made before', () => {
    expect(itemOf(lot(), 137)).toEqual(items(lot(), 138)[137]);
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

  it('sells its most frequent category at least 50 times as often as its rarest', () => {
    const weights = new Map<string, number>();
    for (const { weee, weight } of FAMILIES) weights.set(weee, (weights.get(weee) ?? 0) + weight);
    expect(Math.max(...weights.values()) / Math.min(...weights.values())).toBeGreaterThanOrEqual(50);
    const counts = [...Map.groupBy(items(lot(), 6000), ({ family }) => family.weee).values()].map(
      ({ length }) => length,
    );
    expect(Math.max(...counts) / Math.min(...counts)).toBeGreaterThan(35);
  });

  it('writes as people do: capitals, HTML remnants, missing descriptions, titles more than once', () => {
    const made = items(lot(), 3000);
    expect(made.some(({ title }) => title === title.toUpperCase() && /[A-Z]/.test(title))).toBe(true);
    expect(made.some(({ title }) => title.includes('<b>'))).toBe(true);
    const share = made.filter(({ description }) => description === null).length / made.length;
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.5);
  });

  it('labels a few percent wrongly, the same ones every time', () => {
    const { weee: codes } = DEMO_COUNTRIES['DE']!.schemes;
    const made = items(lot(), 5000);
    const labels = made.map((item) => labelOf(item, 'weee', codes!, 1));
    const wrong = made.filter((item, index) => labels[index] !== codes![item.family.weee]).length / made.length;
    expect(wrong).toBeGreaterThan(0.01);
    expect(wrong).toBeLessThan(0.03);
    expect(made.map((item) => labelOf(item, 'weee', codes!, 1))).toEqual(labels);
  });
});

describe('the demo catalogue', () => {
  it('is a valid catalogue with two lines in each of its countries', () => {
    const { countries } = parse(catalogue, demoCatalogue(demoCountries(undefined), 3), 'the demo catalogue');
    expect(Object.keys(countries)).toEqual(['DE', 'FR']);
    expect(Object.values(countries).map(({ schemes }) => Object.keys(schemes).length)).toEqual([2, 2]);
  });

  it('names what it has when it is asked for a country that it does not have', () => {
    expect(() => demoCountries(['DE', 'XX'])).toThrow('the demo has no country "XX"; it has DE, FR');
  });
});

describe('randomOf', () => {
  it('stays within its bounds for every key', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.integer()), { minLength: 1 }),
        fc.integer({ min: -50, max: 50 }),
        fc.nat(50),
        (key, min, span) => {
          const random = randomOf(...key);
          const value = random.integer(min, min + span);
          expect(value).toBeGreaterThanOrEqual(min);
          expect(value).toBeLessThanOrEqual(min + span);
          expect(random.next()).toBeLessThan(1);
        },
      ),
    );
  });
});
