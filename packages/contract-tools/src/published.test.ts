import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  patternsMeantFor,
  patternsThatMatch,
  publishedFiles,
  readPublished,
  validatorOf,
  type PublishedEvent,
} from '@regulabel/testing/publishedContracts';
import { parse } from 'yaml';
import { CONTRACTS, ROOT, SERVICES } from './repository.ts';

const modules = (await publishedFiles('schemas/draft-04/*/*.json')).map((file) =>
  file.replace('schemas/draft-04/', '').replace('.json', ''),
);

interface Invalid {
  readonly path: string;
  readonly reason: string;
  readonly document: unknown;
}

/** The valid examples of a contract by their files, and the invalid ones. */
async function examplesOf(module: string): Promise<{ valid: [string, unknown][]; invalid: Invalid[] }> {
  const files = await publishedFiles(`examples/${module}/*.json`);
  const valid = files.filter((file) => !file.endsWith('/invalid.json'));
  return {
    valid: await Promise.all(valid.map(async (file): Promise<[string, unknown]> => [file, await readPublished(file)])),
    invalid: (await readPublished(`examples/${module}/invalid.json`)) as Invalid[],
  };
}

describe.each(['draft-2020-12', 'draft-04'] as const)('the JSON Schemas of %s', (draft) => {
  const ajv = validatorOf(draft);

  it.each(modules)(
    'say the same of %s as its contract: its examples are valid, the invalid ones are not',
    async (module) => {
      const schema = (await readPublished(`schemas/${draft}/${module}.json`)) as object;
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
    const validate = ajv.compile((await readPublished(`schemas/${draft}/${module}.json`)) as object);
    for (const [file, document] of (await examplesOf(module)).valid) {
      // A catalogue's maps have countries and schemes for keys.
      const isMap = module.startsWith('ingest/catalogue.');
      const later = isMap ? { ...(document as object), later: true } : withMore(document);
      expect([file, validate(later), validate.errors]).toEqual([file, true, null]);
    }
  });

  it('describe and classify every field', async () => {
    for (const module of modules) {
      const schema = await readPublished(`schemas/${draft}/${module}.json`);
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
  it('match their own event and no other', async () => {
    for (const module of modules) {
      for (const [file, event] of (await examplesOf(module)).valid) {
        if (!('detail-type' in (event as object))) continue;
        expect([file, await patternsThatMatch(event)]).toEqual([file, patternsMeantFor(event as PublishedEvent)]);
      }
    }
  });

  it('are those of their CloudFormation templates', async () => {
    for (const file of await publishedFiles('patterns/**/*.yml')) {
      const { Resources } = parse(await readFile(join(CONTRACTS, 'generated', file), 'utf8')) as {
        Resources: { Rule: { Type: string; Properties: { EventPattern: unknown } } };
      };
      expect(Resources.Rule.Type).toBe('AWS::Events::Rule');
      expect(Resources.Rule.Properties.EventPattern).toEqual(await readPublished(file.replace(/\.yml$/, '.json')));
    }
  });
});

describe('the schema registry', () => {
  it.each(SERVICES)('gets from %s the draft-04 schemas of its own events', async (service) => {
    const text = await readFile(join(ROOT, 'services', service, 'resources', 'schemas.json'), 'utf8');
    const { Resources } = JSON.parse(text) as {
      Resources: Record<string, { Properties: { SchemaName: string; Content: string; Description: string } }>;
    };
    const registered = Object.values(Resources).map(({ Properties }) => Properties);
    const own = modules.filter((module) => module.startsWith(`${service}/`));
    const schemas = (await Promise.all(
      own.map((module) => readPublished(`schemas/draft-04/${module}.json`)),
    )) as Registered[];
    expect(registered.map(({ SchemaName, Content }) => [SchemaName, JSON.parse(Content) as unknown])).toEqual(
      schemas
        .filter((schema) => 'x-amazon-events-detail-type' in schema)
        .map((schema) => [`${schema['x-amazon-events-source']}@${schema['x-amazon-events-detail-type']}`, schema]),
    );
    // https://docs.aws.amazon.com/eventbridge/latest/schema-reference/v1-registries-name-registryname-schemas-name-schemaname.html
    for (const { SchemaName, Content, Description } of registered) {
      expect(SchemaName).toMatch(/^[\w.@-]{1,385}$/);
      expect(Content.length).toBeLessThanOrEqual(100_000);
      expect(Description.length).toBeLessThanOrEqual(256);
    }
  });
});

interface Registered {
  readonly 'x-amazon-events-source': string;
  readonly 'x-amazon-events-detail-type': string;
}
