import { pathName } from './catalogueProblem.ts';
import { catalogueProblems } from './catalogueProblems.ts';
import { catalogue, type Catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import { lineName, type Line } from '@regulabel/contracts/values';
import { RegulabelError } from './errors.ts';
import { parseStrictly } from '@regulabel/contracts/parse';

/** An error's message may travel in a log line: it names no more than this many problems. */
const NAMED = 20;

/**
 * A catalogue as people write it, with every default filled in. Throws `CatalogueInvalid`, which names what is wrong
 * and where.
 */
export function checkedCatalogue(value: unknown, what: string): Catalogue {
  const problems = catalogueProblems(value);
  if (problems.length === 0) return parseStrictly(catalogue, value, what);
  const named = problems.slice(0, NAMED).map(({ path, message }) => `${pathName(path) || '(whole)'}: ${message}`);
  const more = problems.length > NAMED ? [`and ${problems.length - NAMED} more`] : [];
  throw new RegulabelError('CatalogueInvalid', `${what} is invalid: ${[...named, ...more].join('; ')}`);
}

/** Every line of a catalogue, by country, then scheme. */
export const linesOf = ({ countries }: Catalogue): Line[] =>
  Object.entries(countries)
    .flatMap(([country, { schemes }]) => Object.keys(schemes).map((scheme) => ({ country, scheme })))
    .sort((a, b) => (lineName(a) < lineName(b) ? -1 : 1));
