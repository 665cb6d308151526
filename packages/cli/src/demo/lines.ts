import type { CatalogueInput } from '@regulabel/shared/contracts/ingest/catalogue.v1';
import { CommandError } from '../errors.ts';
import type { Family } from './families.ts';

type Categories = Pick<Family, 'weee' | 'battery' | 'packaging'>;
type Codes<Scheme extends keyof Categories> = Readonly<Record<Categories[Scheme], string>>;

export interface DemoCountry {
  readonly languages: readonly ('de' | 'fr')[];
  readonly schemes: { readonly [Scheme in keyof Categories]?: Codes<Scheme> };
}

/** The demo's countries and what they call the categories. The codes are made up: they only look like regulators' lists. */
export const DEMO_COUNTRIES: Readonly<Record<string, DemoCountry>> = {
  DE: {
    languages: ['de'],
    schemes: {
      weee: { cooling: 'SG1', screen: 'SG2', lamp: 'SG3', large: 'SG4', small: 'SG5', it: 'SG6', solar: 'SG4-PV' },
      battery: { none: 'B0', portable: 'B1-GB', lithium: 'B2-LI', vehicle: 'B3-LV' },
    },
  },
  FR: {
    languages: ['fr'],
    schemes: {
      weee: {
        cooling: 'EEE-1.1',
        screen: 'EEE-2',
        lamp: 'EEE-3',
        large: 'EEE-1.2',
        small: 'EEE-5',
        it: 'EEE-6',
        solar: 'EEE-7',
      },
      packaging: { carton: 'EMB-CAR', plastic: 'EMB-PLA', mixed: 'EMB-MIX', wood: 'EMB-BOI' },
    },
  },
};

/** The chosen countries of the demo; all of them without a choice. Throws `CommandError` for one it does not have. */
export function demoCountries(chosen: readonly string[] | undefined): ReadonlyMap<string, DemoCountry> {
  const names = chosen ?? Object.keys(DEMO_COUNTRIES);
  return new Map(
    names.map((name) => {
      const country = DEMO_COUNTRIES[name];
      if (country === undefined)
        throw new CommandError(`the demo has no country "${name}"; it has ${Object.keys(DEMO_COUNTRIES).join(', ')}`);
      return [name, country];
    }),
  );
}

/** The catalogue of these countries, as people would write it. */
export function demoCatalogue(countries: ReadonlyMap<string, DemoCountry>, trials: number): CatalogueInput {
  return {
    countries: Object.fromEntries(
      [...countries].map(([name, { languages, schemes }]) => [
        name,
        {
          languages: [...languages],
          schemes: Object.fromEntries(
            Object.entries(schemes).map(([scheme, codes]) => [
              scheme,
              {
                trials,
                codes: Object.entries(codes).map(([title, code]) => ({ code, title, validFrom: '2020-01-01' })),
              },
            ]),
          ),
        },
      ]),
    ),
  };
}
