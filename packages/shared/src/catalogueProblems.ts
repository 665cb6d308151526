import { inKey, inValue, suggestion, type CatalogueProblem, type Path } from './catalogueProblem.ts';
import { codeListProblems } from './codeListProblems.ts';
import {
  algorithm,
  catalogue,
  codeListEntry,
  countrySettings,
  lineSettings,
  range,
} from '@regulabel/contracts/ingest/catalogue.v1';
import { scheme } from '@regulabel/contracts/values';
import { COUNTRY_CODES, LANGUAGE_CODES } from './isoCodes.ts';
import { searchProblems } from './searchProblems.ts';

/** Everything that is wrong with a catalogue as people write it; nothing for one that can be published. */
export const catalogueProblems = (value: unknown): CatalogueProblem[] => [
  ...shapeProblems(value),
  ...unknownFields(value, []),
  ...contentProblems(value),
];

function shapeProblems(value: unknown): CatalogueProblem[] {
  const { error } = catalogue.safeParse(value);
  return (error?.issues ?? []).flatMap((issue) => {
    const path = issue.path as Path;
    // Which countries and schemes there may be is said better below.
    if (issue.code === 'invalid_key') return [];
    if (issue.code !== 'invalid_type') return [inValue(path, issue.message)];
    return [inValue(path, wrongType(issue.expected, valueAt(value, path)))];
  });
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  object: 'a map',
  record: 'a map',
  array: 'a list',
};

function wrongType(expected: string, found: unknown): string {
  const wanted = TYPES[expected] ?? `a ${expected}`;
  if (found === undefined) return `it is missing: ${wanted}`;
  if (found === null) return `nothing stands here: it has to be ${wanted}${wanted === 'a map' ? ', at least {}' : ''}`;
  if (expected === 'string' && typeof found !== 'object') {
    return `it has to be text, and ${JSON.stringify(found)} is not: put it in quotes`;
  }
  return `it has to be ${wanted}`;
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown> | null | undefined)?.[step], value);

/** `countries.DE.schemes.weee.algorithms[0].ranges.epochs.values`: below that no map has fields. */
const DEEPEST = 9;

/** Consumers pass over fields that the contract does not have; where people write, they are misspelt ones. */
function unknownFields(value: unknown, path: Path): CatalogueProblem[] {
  if (path.length > DEEPEST) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => unknownFields(item, [...path, index]));
  if (!isMap(value)) return [];
  const known = fieldsAt(path, value);
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, key];
    if (known?.includes(key) ?? key !== '__proto__') return unknownFields(inner, here);
    const meant = suggestion(key, known ?? []);
    return [inKey(here, `unknown field${meant === '' ? `; known here: ${known?.join(', ') ?? 'any other'}` : meant}`)];
  });
}

/** The fields that a map may have at this place; undefined where its keys are free. */
function fieldsAt(path: Path, value: Readonly<Record<string, unknown>>): string[] | undefined {
  const shape = shapeAt(path, value);
  return shape && Object.keys(shape);
}

function shapeAt(path: Path, value: Readonly<Record<string, unknown>>): object | undefined {
  switch (path.length) {
    case 0:
      return catalogue.shape;
    case 2:
      return countrySettings.shape;
    case 4:
      return lineSettings.shape;
    case 6:
      return path[4] === 'codes' ? codeListEntry.shape : algorithm.shape;
    case 8:
      return range.options.find(({ shape }) => shape.type.value === value['type'])?.shape;
    default:
      return undefined;
  }
}

/** What the contract can't say field by field, also of the sound parts of a catalogue that is wrong elsewhere. */
function contentProblems(value: unknown): CatalogueProblem[] {
  if (!isMap(value) || !isMap(value['countries'])) return [];
  const countries = Object.entries(value['countries']);
  const lines = countries.flatMap(([, settings]) => entriesOf(settings, 'schemes'));
  if (lines.length === 0) {
    return [inValue(['countries'], 'there is no line: name at least one country with one scheme')];
  }
  return countries.flatMap(([country, settings]) => [
    ...countryProblems(country, ['countries', country]),
    ...languageProblems(settings, ['countries', country, 'languages']),
    ...entriesOf(settings, 'schemes').flatMap(([name, line]) => {
      const path = ['countries', country, 'schemes', name];
      return [...schemeProblems(name, path), ...lineProblems(line, path)];
    }),
  ]);
}

/** What regulators and people say, and ISO does not. */
const ALSO_CALLED: Readonly<Record<string, string>> = { UK: 'GB', EL: 'GR' };

function countryProblems(country: string, path: Path): CatalogueProblem[] {
  if (COUNTRY_CODES.has(country)) return [];
  const upper = country.toUpperCase();
  const meant = ALSO_CALLED[upper] ?? (COUNTRY_CODES.has(upper) ? upper : undefined);
  const hint = meant === undefined ? '' : `: did you mean "${meant}"?`;
  return [inKey(path, `"${country}" is not an ISO 3166-1 alpha-2 country code${hint}`)];
}

function languageProblems(settings: unknown, path: Path): CatalogueProblem[] {
  const languages: unknown = isMap(settings) ? settings['languages'] : undefined;
  if (!Array.isArray(languages)) return [];
  return languages.flatMap((language: unknown, index) =>
    typeof language === 'string' && /^[a-z]{2}$/.test(language) && !LANGUAGE_CODES.has(language)
      ? [inValue([...path, index], `"${language}" is not an ISO 639-1 language code`)]
      : [],
  );
}

const schemeProblems = (name: string, path: Path): CatalogueProblem[] =>
  scheme.safeParse(name).success
    ? []
    : [
        inKey(
          path,
          `"${name}" is no name of a scheme: lower-case letters, digits and hyphens, a letter first, 16 at most`,
        ),
      ];

function lineProblems(line: unknown, path: Path): CatalogueProblem[] {
  if (!isMap(line)) return [];
  const trials = lineSettings.shape.trials.safeParse(line['trials']);
  const algorithms = lineSettings.shape.algorithms
    .unwrap()
    .element.array()
    .safeParse(line['algorithms'] ?? [{}]);
  return [
    ...(Array.isArray(line['codes']) ? codeListProblems(line['codes'], [...path, 'codes']) : []),
    ...(algorithms.data ?? []).flatMap((each, index) =>
      searchProblems(each, trials.data ?? 1, [...path, 'algorithms', index]),
    ),
  ];
}

const entriesOf = (value: unknown, field: string): [string, unknown][] => {
  const inner = isMap(value) ? value[field] : undefined;
  return isMap(inner) ? Object.entries(inner) : [];
};

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
