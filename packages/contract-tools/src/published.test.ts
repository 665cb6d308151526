import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { testEventPattern } from '@regulabel/local-cloud/eventPattern';
import type { Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvDraft04 from 'ajv-draft-04';
import ajvFormats from 'ajv-formats';
import { parse } from 'yaml';
import { CONTRACTS } from './repository.ts';

const generated = join(CONTRACTS, 'generated');
const read = async (path: string): Promise<unknown> => JSON.parse(await readFile(join(generated, path), 'utf8'));
const modules = (await Array.fromAsync(glob('schemas/draft-04/*/*.json', { cwd: generated })))
  .map((file) => file.replace('schemas/draft-04/', '').replace('.json', ''))
  .sort();

interface Invalid {
  readonly path: string;
  readonly reason: string;
  readonly document: unknown;
}

/** The valid examples of a contract by their files, and the invalid ones. */
async function examplesOf(module: string): Promise<{ valid: [string, unknown][]; invalid: Invalid[] }> {
  const files = (await Array.fromAsync(glob(`examples/${module}/*.json`, { cwd: generated }))).sort();
  const valid = files.filter((file) => !file.endsWith('/invalid.json'));
  return {
    valid: await Promise.all(valid.map(async (file): Promise<[string, unknown]> => [file, await read(file)])),
    invalid: (await read(`examples/${module}/invalid.json`)) as Invalid[],
  };
}

// What is of use to people and to the schema registry, and means nothing to a validator.
const ANNOTATIONS = ['x-classification', 'x-owner', 'x-amazon-events-source', 'x-amazon-events-detail-type'];
const options: Options = { strict: true, allErrors: true, strictRequired: false };

function validatorOf(draft: string) {
  const ajv = draft === 'draft-04' ? new ajvDraft04.default(options) : new Ajv2020(options);
  ajv.addVocabulary(ANNOTATIONS);
  ajvFormats.default(ajv);
  return ajv;
}

describe.each(['draft-2020-12', 'draft-04'])('the JSON Schemas of %s', (draft) => {
  const ajv = validatorOf(draft);

  it.each(modules)(
    'say the same of %s as its contract: its examples are valid, the invalid ones are not',
    async (module) => {
      const schema = (await read(`schemas/${draft}/${module}.json`)) as object;
      // Against the draft's own schema of schemas; strict: an unknown keyword is an error.
      expect([ajv.validateSchema(schema), ajv.errors]).toEqual([true, null]);
      const validate = ajv.compile(schema);
      const { valid, invalid } = await examplesOf(module);
      expect(valid.length).toBeGreaterThanOrEqual(2);
      for (const [file, document] of valid) {
        expect([file, validate(document), validate.errors]).toEqual([file, true, null]);
      }
      expect(invalid.length).toBeGreaterThanOrEqual(3);
      for (const { path, document } of invalid) expect([path, validate(document)]).toEqual([path, false]);
    },
  );

  it.each(modules)('of %s allow fields that are added later, however deep', async (module) => {
    const validate = ajv.compile((await read(`schemas/${draft}/${module}.json`)) as object);
    for (const [file, document] of (await examplesOf(module)).valid) {
      // A catalogue's maps have countries and schemes for keys.
      const isMap = module.startsWith('ingest/catalogue.');
      const later = isMap ? { ...(document as object), later: true } : withMore(document);
      expect([file, validate(later), validate.errors]).toEqual([file, true, null]);
    }
  });

  it('describe and classify every field', async () => {
    for (const module of modules) {
      const schema = await read(`schemas/${draft}/${module}.json`);
      expect([module, undescribed(schema, '')]).toEqual([module, []]);
    }
  });
});

/** A copy with one field more in every object but hyperparameters, which are a map of texts. */
function withMore(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withMore(item));
  if (typeof value !== 'object' || value === null || key === 'hyperparameters') return value;
  const fields = Object.entries(value).map(([name, inner]) => [name, withMore(inner, name)]);
  return { ...(Object.fromEntries(fields) as object), later: 1 };
}

function undescribed(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {} } = schema as { properties?: Record<string, Record<string, unknown>> };
  const bare = Object.entries(properties).flatMap(([name, field]) =>
    typeof field['description'] === 'string' &&
    ['public', 'internal', 'confidential'].includes(String(field['x-classification']))
      ? []
      : [`${path}/${name}`],
  );
  const deeper = Object.entries(schema).flatMap(([key, inner]) => undescribed(inner, `${path}/${key}`));
  return [...bare, ...deeper];
}

describe('the rule patterns', () => {
  /** The names of the patterns that match an event. */
  async function matching(event: unknown): Promise<string[]> {
    const files = await Array.fromAsync(glob('patterns/**/*.json', { cwd: generated }));
    const matched = await Promise.all(
      files.map(async (file) =>
        testEventPattern(await readFile(join(generated, file), 'utf8'), JSON.stringify(event))
          ? [file.replace(/^patterns\/(.*)\.json$/, '$1')]
          : [],
      ),
    );
    return matched.flat().sort();
  }

  it('match their own event and no other', async () => {
    for (const module of modules) {
      for (const [file, event] of (await examplesOf(module)).valid) {
        if (!('detail-type' in (event as object))) continue;
        const { caller } = (event as { detail: { data: { caller?: string } } }).detail.data;
        const parts = caller === undefined ? [] : [`${module}.${caller}`];
        expect([file, await matching(event)]).toEqual([file, [module, ...parts, 'everything'].sort()]);
      }
    }
  });

  it('are those of their CloudFormation templates', async () => {
    for await (const file of glob('patterns/**/*.yml', { cwd: generated })) {
      const { Resources } = parse(await readFile(join(generated, file), 'utf8')) as {
        Resources: { Rule: { Type: string; Properties: { EventPattern: unknown } } };
      };
      expect(Resources.Rule.Type).toBe('AWS::Events::Rule');
      expect(Resources.Rule.Properties.EventPattern).toEqual(await read(file.replace(/\.yml$/, '.json')));
    }
  });
});
