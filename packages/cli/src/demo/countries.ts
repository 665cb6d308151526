import type { CatalogueInput } from '@regulabel/contracts/ingest/catalogue.v1';
import { CommandError } from '../errors.ts';
import { BATTERY } from './codes/battery.ts';
import { listed, type CodeList } from './codes/codeList.ts';
import { PACKAGING } from './codes/packaging.ts';
import { WEEE } from './codes/weee.ts';
import type { Language } from './languages/index.ts';

export type Scheme = 'weee' | 'battery' | 'packaging';
export interface DemoCountry {
  readonly languages: readonly Language[];
  /** What is sold there, relative to the others. */
  readonly share: number;
  readonly schemes: Readonly<Partial<Record<Scheme, CodeList<string>>>>;
}

const LANGUAGES_AND_SHARES: Readonly<Record<keyof typeof WEEE, readonly [share: number, ...languages: Language[]]>> = {
  AT: [3, 'de'],
  AU: [2.5, 'en'],
  BE: [2.4, 'nl', 'fr'],
  BG: [0.5, 'bg'],
  BR: [2.5, 'pt'],
  CA: [4, 'en', 'fr'],
  CH: [1.8, 'de', 'fr', 'it'],
  CY: [0.25, 'el', 'en'],
  CZ: [1.2, 'cs'],
  DE: [18, 'de'],
  DK: [1.2, 'da'],
  EE: [0.3, 'et'],
  ES: [6, 'es'],
  FI: [1, 'fi', 'sv'],
  FR: [10, 'fr'],
  GB: [15, 'en'],
  GR: [0.8, 'el'],
  HR: [0.45, 'hr'],
  HU: [0.8, 'hu'],
  IE: [1, 'en'],
  IN: [3, 'en'],
  IT: [8, 'it'],
  JP: [7, 'ja'],
  LT: [0.35, 'lt'],
  LU: [0.25, 'fr', 'de'],
  LV: [0.3, 'lv'],
  MT: [0.2, 'en'],
  NL: [3.5, 'nl'],
  NO: [1.2, 'nb'],
  PL: [3, 'pl'],
  PT: [1, 'pt'],
  RO: [0.9, 'ro'],
  SE: [2.2, 'sv'],
  SG: [0.7, 'en'],
  SI: [0.35, 'sl'],
  SK: [0.5, 'sk'],
  TR: [1.8, 'tr'],
  US: [14, 'en'],
};

/** What the demo plays: where it sells, what is spoken there and what has to be reported. The lists are illustrative. */
export const DEMO_COUNTRIES: Readonly<Record<string, DemoCountry>> = Object.fromEntries(
  (Object.keys(LANGUAGES_AND_SHARES) as (keyof typeof WEEE)[]).map((name) => {
    const [share, ...languages] = LANGUAGES_AND_SHARES[name];
    const schemes: DemoCountry['schemes'] = {
      weee: WEEE[name],
      ...(name in BATTERY && { battery: BATTERY[name as keyof typeof BATTERY] }),
      ...(name in PACKAGING && { packaging: PACKAGING[name as keyof typeof PACKAGING] }),
    };
    return [name, { languages, share, schemes }];
  }),
);

/** The chosen countries of the demo; all of them without a choice. Throws `CommandError` for one it does not have. */
export function demoCountries(chosen: readonly string[] | undefined): ReadonlyMap<string, DemoCountry> {
  const names = chosen ?? Object.keys(DEMO_COUNTRIES);
  return new Map(
    names.map((name) => {
      const country = Object.hasOwn(DEMO_COUNTRIES, name) ? DEMO_COUNTRIES[name] : undefined;
      if (country === undefined)
        throw new CommandError(`the demo has no country "${name}"; it has ${Object.keys(DEMO_COUNTRIES).join(', ')}`);
      return [name, country];
    }),
  );
}

/** The countries and schemes of a catalogue. Throws `CommandError` for a line that the demo has no data for. */
export function demoCountriesOf(catalogue: CatalogueInput): ReadonlyMap<string, DemoCountry> {
  const chosen = demoCountries(Object.keys(catalogue.countries));
  return new Map(
    [...chosen].map(([name, country]) => {
      const wanted = Object.keys(catalogue.countries[name]?.schemes ?? {});
      const unknown = wanted.find((scheme) => !(scheme in country.schemes));
      if (unknown === undefined) {
        const schemes = Object.fromEntries(
          Object.entries(country.schemes).filter(([scheme]) => wanted.includes(scheme)),
        );
        return [name, { ...country, schemes }];
      }
      const known = Object.keys(country.schemes).join(', ');
      throw new CommandError(`the demo has no data for ${name}/${unknown}; for ${name} it has ${known}`);
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
            Object.entries(schemes).map(([scheme, list]) => [scheme, { trials, codes: listed(list) }]),
          ),
        },
      ]),
    ),
  };
}
