import { isDeepStrictEqual } from 'node:util';
import {
  lineSettings,
  type Catalogue,
  type CatalogueInput,
  type LineSettings,
} from '@regulabel/contracts/ingest/catalogue.v1';

/** A catalogue as people write it: what is the default is left out. Published again, it is the same version. */
export const asWritten = ({ countries }: Catalogue): CatalogueInput => ({
  countries: mapValues(countries, ({ languages, schemes }) => ({
    ...(languages.length === 0 ? {} : { languages }),
    schemes: mapValues(schemes, settingsAsWritten),
  })),
});

type SettingsInput = Record<string, unknown>;

function settingsAsWritten({ codes, ...settings }: LineSettings): SettingsInput {
  const written = Object.entries(settings).filter(
    ([field, value]) => !isDeepStrictEqual(value, DEFAULTS[field as keyof typeof settings]),
  );
  const list = codes?.map(({ title, ...code }) => (title === '' ? code : { ...code, title }));
  return { ...Object.fromEntries(written), ...(list === undefined ? {} : { codes: list }) };
}

const DEFAULTS = lineSettings.parse({});

const mapValues = <Value, Result>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value) => Result,
): Record<string, Result> => Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
