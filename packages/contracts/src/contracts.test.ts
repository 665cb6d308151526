import { glob } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { events } from './events.ts';
import { broken, valid, type DocumentExamples, type EventExamples, type InvalidExample } from './example.ts';
import { examplesOfEvents } from './examplesOfEvents.ts';
import { catalogue } from './ingest/catalogue.v1.ts';
import { parseStrictly, problemsOf } from './parse.ts';
import { buildEvent } from './testing.ts';

const source = import.meta.dirname;
const modules = (await Array.fromAsync(glob('*/*.v*.ts', { cwd: source })))
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => !name.endsWith('.examples'))
  .sort();

/** What a module exports under its own name: `ingest/runStarted.v1` has `runStarted`. */
const exportOf = async (module: string, suffix = ''): Promise<unknown> =>
  ((await import(join(source, `${module}${suffix && '.examples'}.ts`))) as Record<string, unknown>)[
    `${basename(module).replace(/\.v\d+$/, '')}${suffix}`
  ];

const all: { module: string; contract: unknown; examples: EventExamples | DocumentExamples }[] = await Promise.all(
  modules.map(async (module) => ({
    module,
    contract: await exportOf(module),
    examples: (await exportOf(module, 'Examples')) as EventExamples | DocumentExamples,
  })),
);
const schemaOf = (examples: EventExamples | DocumentExamples): z.ZodType =>
  'contract' in examples ? examples.contract.detail : examples.schema;
/** As the schema has it: an event's example is its data, in an envelope. */
const documentsOf = (examples: EventExamples | DocumentExamples): [string, unknown][] =>
  Object.entries(valid<unknown>(examples)).map(([name, value]) => [
    name,
    'contract' in examples ? buildEvent(examples.contract, {}, name).detail : value,
  ]);

describe('the contracts', () => {
  it('are all of the architecture', () => {
    expect(events.map(({ detailType }) => detailType).sort()).toEqual([
      'CatalogueChanged.v1',
      'ClassificationRunCompleted.v1',
      'ComparisonFailed.v1',
      'ExtractionCompleted.v1',
      'ExtractionFailed.v1',
      'InferenceCompleted.v1',
      'InferenceFailed.v1',
      'InferenceSkipped.v1',
      'ModelHeld.v1',
      'ModelPromoted.v1',
      'ModelRejected.v1',
      'ModelTrained.v1',
      'RunStarted.v1',
      'TrainingFailed.v1',
      'TrainingRunCompleted.v1',
      'TrainingSkipped.v1',
      'WinnerRolledBack.v1',
    ]);
    expect(
      modules.filter((module) => !events.some(({ detailType }) => moduleOf(detailType) === basename(module))),
    ).toEqual([
      'evaluation/decision.v1',
      'evaluation/trainingReport.v1',
      'inference/classificationReport.v1',
      'inference/inferenceExecutionInput.v1',
      'inference/prediction.v1',
      'inference/predictionSummary.v1',
      'ingest/catalogue.v1',
      'ingest/datasetManifest.v1',
      'ingest/runSummary.v1',
    ]);
  });

  it('are listed, with examples of their own', () => {
    const contracts = all.map(({ contract }) => contract);
    for (const event of events) expect(contracts).toContain(event);
    expect(examplesOfEvents.map(({ contract }) => contract)).toEqual(events);
    for (const { contract, examples } of all) {
      expect('contract' in examples ? examples.contract : examples.schema).toBe(contract);
    }
  });

  it.each(events.map((event) => [event.detailType, event] as const))(
    '%s is called by what it is',
    (detailType, event) => {
      const module = all.find(({ contract }) => contract === event)?.module;
      expect(module).toBe(`${event.producer}/${moduleOf(detailType)}`);
      expect(event.source).toBe(`regulabel.${event.producer}`);
      expect(event.schemaVersion.split('.')[0]).toBe(detailType.split('.v')[1]);
    },
  );
});

/** `modelPromoted.v1` of `ModelPromoted.v1` */
const moduleOf = (detailType: string): string => detailType.charAt(0).toLowerCase() + detailType.slice(1);

describe.each(all.map(({ module, examples }) => [module, examples] as const))('%s', (_, examples) => {
  const schema = schemaOf(examples);
  const typical = documentsOf(examples)[0]?.[1];

  it.each(documentsOf(examples))('has the example %s, which keeps it to the letter', (name, document) => {
    expect(parseStrictly(schema, document, name)).toEqual(document);
  });

  it('has a minimal example without anything that may be left out', () => {
    const minimal = documentsOf(examples)[1]?.[1];
    expect(optionalPaths(schema, minimal, '')).toEqual([]);
  });

  it('has at least three invalid examples', () => {
    expect(examples.invalid.length).toBeGreaterThanOrEqual(3);
    expect(new Set(examples.invalid.map(({ path }) => path)).size).toBe(examples.invalid.length);
  });

  it.each(examples.invalid.map((invalid) => [invalid.path, invalid.reason, invalid] as const))(
    'is broken at %s: %s',
    (path, _reason, invalid: InvalidExample) => {
      const { error } = schema.safeParse(broken(typical, invalid));
      expect(error && problemsOf(error).map((problem) => problem.path)).toEqual([path]);
    },
  );
});

/** Where a document has a field that its schema does not ask for. */
function optionalPaths(schema: z.ZodType, document: unknown, path: string): string[] {
  if (schema instanceof z.ZodOptional) return document === undefined ? [] : [path];
  if (schema instanceof z.ZodArray && Array.isArray(document)) {
    return document.flatMap((item, index) => optionalPaths(schema.element as z.ZodType, item, `${path}[${index}]`));
  }
  if (!(schema instanceof z.ZodObject) || typeof document !== 'object' || document === null) return [];
  return Object.entries(document).flatMap(([key, value]) =>
    optionalPaths(schema.shape[key] as z.ZodType, value, `${path}.${key}`),
  );
}

describe('a file', () => {
  const files = all.flatMap(({ module, examples }) => ('schema' in examples ? [[module, examples] as const] : []));
  it.each(files.filter(([, { typical }]) => 'schemaVersion' in Object(typical)))(
    'of a later minor version is read: %s',
    (_, { schema, typical }) => {
      expect(schema.safeParse({ ...Object(typical), schemaVersion: '1.7', later: true }).success).toBe(true);
      expect(schema.safeParse({ ...Object(typical), schemaVersion: '2.0' }).success).toBe(false);
    },
  );
});

describe('the smallest catalogue', () => {
  it('has a default for everything but the lines', () => {
    const { countries } = catalogue.parse({ countries: { DE: { schemes: { weee: {} } } } });
    const { codes, ...settings } = countries['DE']!.schemes['weee']!;
    expect(codes).toBeUndefined();
    expect(settings).toMatchObject({ trials: 4, algorithms: [{ name: 'blazingtext' }] });
    expect(settings.algorithms[0]!.static['mode']).toBe('supervised');
  });

  it('refuses a country that is no country', () => {
    expect(catalogue.safeParse({ countries: { Germany: { schemes: {} } } }).success).toBe(false);
  });
});
