import { describe, expect, it } from '@jest/globals';
import { checkedCatalogue, linesOf } from '@regulabel/shared/catalogue';
import { BATTERY_KINDS } from './codes/battery.ts';
import { codesOfDay } from './codes/codeList.ts';
import { PACKAGING_KINDS } from './codes/packaging.ts';
import { WEEE_KINDS } from './codes/weeeKinds.ts';
import { demoCatalogue, demoCountries, DEMO_COUNTRIES } from './countries.ts';

const KINDS = { weee: WEEE_KINDS, battery: BATTERY_KINDS, packaging: PACKAGING_KINDS };
const LISTS = Object.entries(DEMO_COUNTRIES).flatMap(([country, { schemes }]) =>
  Object.entries(schemes).map(
    ([scheme, list]) => [`${country}/${scheme}`, list, KINDS[scheme as keyof typeof KINDS]] as const,
  ),
);

describe('the demo catalogue', () => {
  const checked = checkedCatalogue(demoCatalogue(demoCountries(undefined), 3), 'the demo catalogue');

  it('is a valid catalogue of 38 countries and 60 lines', () => {
    expect(Object.keys(checked.countries)).toHaveLength(38);
    expect(linesOf(checked)).toHaveLength(60);
  });

  it.each(LISTS)('has one code in force for every kind of item on every day from 2026: %s', (_line, list, kinds) => {
    for (const day of ['2026-01-01', '2026-02-01', '2026-03-01', '2026-12-31', '2030-01-01']) {
      const inForce = list.filter(({ validFrom, validTo = '9999' }) => validFrom <= day && day <= validTo);
      expect(inForce.flatMap((code) => code.kinds).sort()).toEqual([...kinds].sort());
    }
  });

  it('has lists of different sizes', () => {
    const sizes = LISTS.map(([, list]) => new Set(codesOfDay(list, '2026-01-01').valid.values()).size);
    expect(Math.min(...sizes)).toBeLessThanOrEqual(6);
    expect(Math.max(...sizes)).toBeGreaterThanOrEqual(14);
  });

  it('names what it has when it is asked for a country that it does not have', () => {
    expect(() => demoCountries(['DE', 'XX'])).toThrow('the demo has no country "XX"; it has AT, AU');
    expect(() => demoCountries(['toString'])).toThrow('the demo has no country "toString"; it has AT, AU');
  });
});
