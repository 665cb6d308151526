import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvDraft04 from 'ajv-draft-04';
import ajvFormats from 'ajv-formats';
import { testEventPattern } from '@regulabel/local-cloud/eventPattern';

/** What `@regulabel/contracts` publishes for those who do not read TypeScript. */
const PUBLISHED = join(dirname(dirname(import.meta.dirname)), 'contracts', 'generated');

/** A file of the published package: `examples/evaluation/modelPromoted.v1/typical.json`. */
export const readPublished = async (path: string): Promise<unknown> =>
  JSON.parse(await readFile(join(PUBLISHED, path), 'utf8'));

/** The files of the published package that the pattern matches, sorted. */
export const publishedFiles = async (pattern: string): Promise<string[]> =>
  (await Array.fromAsync(glob(pattern, { cwd: PUBLISHED }))).sort();

// What is of use to people and to the schema registry, and means nothing to a validator.
const ANNOTATIONS = ['x-classification', 'x-owner', 'x-amazon-events-source', 'x-amazon-events-detail-type'];

/** ajv as another team has it, set to refuse keywords that it does not know. */
export function validatorOf(draft: 'draft-2020-12' | 'draft-04') {
  const options = { strict: true, allErrors: true, strictRequired: false };
  const ajv = draft === 'draft-04' ? new ajvDraft04.default(options) : new Ajv2020(options);
  ajv.addVocabulary(ANNOTATIONS);
  ajvFormats.default(ajv);
  return ajv;
}

/** The names of the published rule patterns that match an event: `evaluation/modelPromoted.v1`, `everything`. */
export async function patternsThatMatch(event: unknown): Promise<string[]> {
  const files = await publishedFiles('patterns/**/*.json');
  const matched = await Promise.all(
    files.map(async (file) =>
      testEventPattern(JSON.stringify(await readPublished(file)), JSON.stringify(event))
        ? [file.replace(/^patterns\/(.*)\.json$/, '$1')]
        : [],
    ),
  );
  return matched.flat().sort();
}

/** The names of the published rule patterns that are meant for an event: its own, its part's, and the one for everything. */
export function patternsMeantFor(event: PublishedEvent): string[] {
  const module = moduleOf(event);
  const { caller } = event.detail.data;
  return [module, ...(caller === undefined ? [] : [`${module}.${caller}`]), 'everything'].sort();
}

/** An event of ours, as far as one needs to know whose it is. */
export interface PublishedEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: { readonly data: { readonly caller?: string } };
}

/** `evaluation/modelPromoted.v1` */
export const moduleOf = ({ source, 'detail-type': type }: PublishedEvent): string =>
  `${source.replace('regulabel.', '')}/${type.charAt(0).toLowerCase()}${type.slice(1)}`;
