import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type * as z from 'zod';
import { parseStrictly } from '@regulabel/shared/parse';
import { catalogue } from './ingest/catalogue.v1.ts';
import type { EventContract } from './event.ts';

const isContract = (value: unknown): value is EventContract<z.ZodObject> =>
  typeof value === 'object' && value !== null && 'detailType' in value;

const contracts: EventContract<z.ZodObject>[] = [];
for await (const file of glob('**/*.v*.ts', { cwd: import.meta.dirname })) {
  const module = (await import(join(import.meta.dirname, file))) as Record<string, unknown>;
  contracts.push(...Object.values(module).filter(isContract));
}

describe('the event contracts', () => {
  it('are all of the architecture', () => {
    expect(contracts.map(({ detailType }) => detailType).sort()).toEqual(
      [
        ...[
          'RunStarted',
          'CatalogueChanged',
          'ExtractionCompleted',
          'ExtractionFailed',
          'TrainingSkipped',
          'TrainingFailed',
          'ComparisonFailed',
          'InferenceFailed',
        ],
        ...[
          'ModelTrained',
          'InferenceCompleted',
          'ModelPromoted',
          'ModelRejected',
          'ModelHeld',
          'InferenceSkipped',
          'TrainingRunCompleted',
          'ClassificationRunCompleted',
        ],
      ]
        .map((name) => `${name}.v1`)
        .sort(),
    );
  });

  it.each(contracts.map((contract) => [contract.detailType, contract] as const))(
    '%s has an example that keeps it to the letter',
    (_, { data, example }) => {
      expect(parseStrictly(data, example, 'the example')).toEqual(example);
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
