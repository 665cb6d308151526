import { describe, expect, it } from '@jest/globals';
import { codesOfDay } from './codes/codeList.ts';
import { DEMO_COUNTRIES, type Scheme } from './countries.ts';
import { itemsOf } from './items.ts';
import { kindOf, labelOf } from './labels.ts';
import { PRODUCTS } from './products.ts';

/** The labels that people give in a month, with what each item really is. */
function labelled(country: string, scheme: Scheme, { count = 1500, age = 0, day = '2026-01-28' } = {}) {
  const { languages, schemes } = DEMO_COUNTRIES[country]!;
  const codes = codesOfDay(schemes[scheme]!, day);
  const item = itemsOf({ seed: 1, country, languages, age, kind: 'L' });
  const labels = Array.from({ length: count }, (_, index) => {
    const made = item(index);
    return { code: labelOf(made, scheme, codes, 1), right: codes.valid.get(kindOf(made, scheme))! };
  });
  return { codes, labels };
}
const counts = (values: readonly string[]) =>
  [...Map.groupBy(values, (value) => value).values()].map(({ length }) => length);
const valid = ({ codes, labels }: ReturnType<typeof labelled>) => {
  const inForce = new Set(codes.valid.values());
  return labels.filter(({ code }) => inForce.has(code));
};

describe('the demo’s labels', () => {
  it('are the same every time', () => {
    expect(labelled('DE', 'weee', { count: 200 })).toEqual(labelled('DE', 'weee', { count: 200 }));
  });

  it.each([
    ['DE', 'weee'],
    ['FR', 'battery'],
    ['GB', 'packaging'],
  ] as const)('are wrong a few times in a hundred: %s/%s', (country, scheme) => {
    const rows = valid(labelled(country, scheme, { count: 4000 }));
    const wrong = rows.filter(({ code, right }) => code !== right).length / rows.length;
    expect(wrong).toBeGreaterThan(0.015);
    expect(wrong).toBeLessThan(0.05);
  });

  it.each(['DE', 'FR', 'GB', 'US'])(
    'have a class at least 50 times as frequent as another, and none that is right half of the time: %s',
    (country) => {
      const { schemes } = DEMO_COUNTRIES[country]!;
      for (const scheme of Object.keys(schemes) as Scheme[]) {
        const rows = valid(labelled(country, scheme));
        const found = counts(rows.map(({ code }) => code));
        expect(Math.max(...found) / Math.min(...found)).toBeGreaterThanOrEqual(50);
        expect(Math.max(...found) / rows.length).toBeLessThan(0.5);
      }
    },
  );

  it('have retired codes now and then', () => {
    const { codes, labels } = labelled('DE', 'weee');
    const former = new Set(codes.retired.values());
    const retired = labels.filter(({ code }) => former.has(code)).length / labels.length;
    expect(retired).toBeGreaterThan(0.005);
    expect(retired).toBeLessThan(0.04);
  });

  it('change with the law, and some people are early', () => {
    const of = (age: number, day: string) => labelled('PL', 'weee', { age, day }).labels.map(({ code }) => code);
    const [before, after] = [of(1, '2026-02-28'), of(2, '2026-03-28')];
    const share = (codes: string[], code: string) => codes.filter((found) => found === code).length / codes.length;
    expect(share(before, 'GR-2E')).toBeGreaterThan(share(before, 'GR-2'));
    expect(share(before, 'GR-2')).toBeGreaterThan(0.01);
    expect(share(after, 'GR-2')).toBeGreaterThan(0.05);
    expect(share(after, 'GR-2E')).toBeLessThan(0.02);
  });
});

describe('what the demo sells', () => {
  it('has every kind that a list has a code for', () => {
    for (const { schemes } of Object.values(DEMO_COUNTRIES)) {
      for (const [scheme, list] of Object.entries(schemes)) {
        const kinds = new Set(
          PRODUCTS.map((product) => kindOf({ product, packaging: product.packaging }, scheme as Scheme)),
        );
        expect([...kinds].sort()).toEqual([...codesOfDay(list, '2026-01-28').valid.keys()].sort());
      }
    }
  });

  it('drifts from month to month', () => {
    const sold = (age: number, noun: string) => {
      const item = itemsOf({ seed: 1, country: 'DE', languages: ['de'], age, kind: 'S' });
      return Array.from({ length: 5000 }, (_, index) => item(index)).filter(({ product }) => product.noun === noun)
        .length;
    };
    expect(sold(0, 'heater')).toBeGreaterThan(2 * sold(6, 'heater'));
    expect(sold(6, 'airConditioner')).toBeGreaterThan(2 * sold(0, 'airConditioner'));
    expect(sold(12, 'scooter')).toBeGreaterThan(1.2 * sold(0, 'scooter'));
  });
});
