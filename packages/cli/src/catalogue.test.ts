import { describe, expect, it } from '@jest/globals';
import { checkedCatalogue } from '@regulabel/shared/catalogue';
import type { CatalogueInput } from '@regulabel/contracts/ingest/catalogue.v1';
import fc from 'fast-check';
import { publishCatalogue } from './catalogue.ts';
import { asWritten } from './catalogueAsWritten.ts';
import { differenceOf } from './catalogueDifference.ts';
import { summaryOf } from './catalogueSummary.ts';
import type { Session } from './session.ts';

const catalogueOf = (countries: CatalogueInput['countries']) => checkedCatalogue({ countries }, 'it');
const weee = (
  ...codes: { code: string; title?: string; validFrom?: string; validTo?: string; replacedBy?: string }[]
) => catalogueOf({ DE: { languages: ['de'], schemes: { weee: { codes } } } });

describe('summaryOf', () => {
  it('counts, and names the codes that change within a year, in the order of the days', () => {
    const catalogue = weee(
      { code: 'A', validFrom: '2020-01-01', validTo: '2026-12-31', replacedBy: 'B' },
      { code: 'A', validFrom: '2027-11-23' },
      { code: 'B', validFrom: '2026-11-22' },
      { code: 'C', validFrom: '2026-11-23', validTo: '2027-11-24' },
    );
    const line = { country: 'DE', scheme: 'weee' };
    expect(summaryOf(catalogue, '2026-11-23')).toEqual({
      countries: 1,
      lines: 1,
      codes: 3,
      languages: ['de'],
      changes: [
        { ...line, code: 'C', begins: '2026-11-23' },
        { ...line, code: 'A', ends: '2026-12-31', replacedBy: 'B' },
        { ...line, code: 'A', begins: '2027-11-23' },
      ],
    });
  });
});

describe('differenceOf', () => {
  it('names lines that came and went, codes that changed, and lines with other settings', () => {
    const before = catalogueOf({
      DE: { schemes: { weee: { codes: [{ code: 'A' }, { code: 'B' }, { code: 'C' }] }, battery: {}, packaging: {} } },
    });
    const after = catalogueOf({
      DE: {
        schemes: { weee: { codes: [{ code: 'C' }, { code: 'A', title: 'a' }, { code: 'D' }] }, battery: { trials: 2 } },
      },
      FR: { schemes: { weee: {} } },
    });
    expect(differenceOf(before, after)).toEqual({
      added: ['FR/weee'],
      removed: ['DE/packaging'],
      codeLists: [{ line: 'DE/weee', added: ['D'], removed: ['B'], changed: ['A'] }],
      settings: ['DE/battery'],
    });
    expect(differenceOf(undefined, after).added).toEqual(['DE/battery', 'DE/weee', 'FR/weee']);
    expect(differenceOf(after, after)).toEqual({ added: [], removed: [], codeLists: [], settings: [] });
  });
});

describe('asWritten', () => {
  it('leaves the defaults out and loses nothing', () => {
    const smallest = { countries: { DE: { schemes: { weee: {} } } } };
    expect(asWritten(checkedCatalogue(smallest, 'it'))).toEqual(smallest);
    const code = fc.record(
      { code: fc.string({ minLength: 1, maxLength: 3 }).filter((text) => /^[\w-]+$/.test(text)), title: fc.string() },
      { requiredKeys: ['code'] },
    );
    const settings = fc.record(
      {
        codes: fc.uniqueArray(code, { minLength: 1, maxLength: 4, selector: (entry) => entry.code }),
        trials: fc.integer({ min: 1, max: 10 }),
        margin: fc.constantFrom(0, 0.002, 0.1),
        minimumRows: fc.integer({ min: 2, max: 30 }),
      },
      { requiredKeys: [] },
    );
    const country = fc.record(
      {
        languages: fc.subarray(['de', 'fr']),
        schemes: fc.dictionary(fc.constantFrom('weee', 'battery'), settings, { minKeys: 1 }),
      },
      { requiredKeys: ['schemes'] },
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('DE', 'FR', 'NO'), country, { minKeys: 1 }), (countries) => {
        const catalogue = checkedCatalogue({ countries }, 'it');
        expect(checkedCatalogue(asWritten(catalogue), 'it')).toEqual(catalogue);
      }),
    );
  });
});

describe('publishCatalogue', () => {
  it('says that a catalogue is larger than what a function takes, before it is sent', async () => {
    const titles = Array.from({ length: 7 }, (_, index) => ({ code: `C${index}`, title: 'x'.repeat(1024 * 1024) }));
    const session = {} as Session;
    await expect(publishCatalogue(session, asWritten(weee(...titles)))).rejects.toThrow(
      'the catalogue has 7.0 MB as JSON, and a Lambda function takes 6 MB at most',
    );
  });
});
