import { catalogue, type Algorithm, type Catalogue, type LineSettings } from './contracts/ingest/catalogue.v1.ts';
import { lineName, type Line } from './contracts/values.ts';
import { RegulabelError } from './errors.ts';
import { parseStrictly } from './parse.ts';

type Code = NonNullable<LineSettings['codes']>[number];

/**
 * A catalogue as people write it, with every default filled in. Throws `ContractError` for what is no catalogue (a
 * misspelt field too) and `CatalogueInvalid`, naming every problem and its line, for one that contradicts itself.
 */
export function checkedCatalogue(value: unknown, what: string): Catalogue {
  const checked = parseStrictly(catalogue, value, what);
  const problems = problemsOf(checked);
  if (problems.length > 0) {
    throw new RegulabelError('CatalogueInvalid', `${what} contradicts itself: ${problems.join('; ')}`);
  }
  return checked;
}

/** Every line of a catalogue, by country, then scheme. */
export const linesOf = ({ countries }: Catalogue): Line[] =>
  Object.entries(countries)
    .flatMap(([country, { schemes }]) => Object.keys(schemes).map((scheme) => ({ country, scheme })))
    .sort((a, b) => (lineName(a) < lineName(b) ? -1 : 1));

function problemsOf(checked: Catalogue): string[] {
  const lines = linesOf(checked);
  if (lines.length === 0) return ['it has no line: name at least one country with one scheme'];
  return lines.flatMap((line) => {
    const settings = checked.countries[line.country]?.schemes[line.scheme];
    if (settings === undefined) return [];
    return [
      ...codeProblems(settings.codes ?? []),
      ...settings.algorithms.flatMap((algorithm) => [
        ...rangeProblems(algorithm),
        ...searchProblems(algorithm, settings.trials),
      ]),
    ].map((problem) => `${lineName(line)}: ${problem}`);
  });
}

function codeProblems(codes: readonly Code[]): string[] {
  const periods = Map.groupBy(codes, ({ code }) => code);
  const successors = new Map(
    codes.flatMap(({ code, replacedBy }) => (replacedBy === undefined ? [] : [[code, replacedBy] as const])),
  );
  return [
    ...codes
      .filter(({ validFrom = '', validTo = '9999-12-31' }) => validFrom > validTo)
      .map(
        ({ code, validFrom, validTo }) => `code ${code} ends (${validTo ?? ''}) before it begins (${validFrom ?? ''})`,
      ),
    ...[...periods].filter(([, of]) => overlap(of)).map(([code]) => `the periods of code ${code} overlap`),
    ...[...successors]
      .filter(([, to]) => !periods.has(to))
      .map(([code, to]) => `code ${code} is replaced by ${to}, which is not in the list`),
    ...[...successors.keys()]
      .filter((code) => leadsBack(code, successors))
      .map((code) => `code ${code} is replaced, in the end, by itself`),
  ];
}

/** ISO dates sort as text; an open end reaches beyond every date. */
function overlap(periods: readonly Code[]): boolean {
  const sorted = [...periods].sort((a, b) => ((a.validFrom ?? '') < (b.validFrom ?? '') ? -1 : 1));
  return sorted.some((period, index) => {
    const next = sorted[index + 1];
    return next !== undefined && (next.validFrom ?? '') <= (period.validTo ?? '9999-12-31');
  });
}

function leadsBack(code: string, successors: ReadonlyMap<string, string>): boolean {
  const seen = new Set<string>();
  for (let next = successors.get(code); next !== undefined && !seen.has(next); next = successors.get(next)) {
    if (next === code) return true;
    seen.add(next);
  }
  return false;
}

const rangeProblems = ({ name, static: fixed, ranges }: Algorithm): string[] =>
  Object.entries(ranges).flatMap(([parameter, range]) => [
    ...(parameter in fixed ? [`${name}: ${parameter} is both static and a range`] : []),
    // SageMaker takes no range of a single value: https://github.com/aws/amazon-sagemaker-feedback/issues/195
    ...(range.type !== 'categorical' && range.min >= range.max
      ? [`${name}: the range of ${parameter} has to end (${range.max}) above its beginning (${range.min})`]
      : []),
    ...(range.type === 'categorical' && new Set(range.values).size < range.values.length
      ? [`${name}: ${parameter} has a value twice`]
      : []),
    ...(range.type !== 'categorical' && range.scale === 'Logarithmic' && range.min <= 0
      ? [`${name}: the range of ${parameter} is logarithmic, so it has to begin above 0`]
      : []),
  ]);

/**
 * SageMaker refuses a tuning job with more trials than its ranges have combinations.
 * https://github.com/aws/amazon-sagemaker-operator-for-k8s/issues/123
 */
function searchProblems({ name, ranges }: Algorithm, trials: number): string[] {
  if (Object.keys(ranges).length === 0) return [`${name}: there is no range to search; a tuning job needs one`];
  const combinations = Object.values(ranges).reduce((product, range) => product * valuesOf(range), 1);
  return combinations < trials
    ? [`${name}: the ranges have ${combinations} combinations, fewer than the ${trials} trials asked for`]
    : [];
}

function valuesOf(range: Algorithm['ranges'][string]): number {
  if (range.type === 'categorical') return range.values.length;
  return range.type === 'integer' ? Math.max(0, range.max - range.min + 1) : Infinity;
}
