import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { jsonSchemaOf } from './jsonSchema.ts';

const text = z.string();
/** The JSON Schema of an object whose field `inner` has one field of the schema. */
const schemaOf = (field: z.ZodType) =>
  jsonSchemaOf(
    z.object({ inner: z.object({ field }) }),
    {
      description: 'A thing.',
      classification: 'internal',
      fields: new Map(
        ['inner', 'inner.field'].map((path) => [path, { description: path, classification: 'internal' }]),
      ),
    },
    'draft-2020-12',
  );

describe('jsonSchemaOf', () => {
  it('has each field with what is said of it, and allows others', () => {
    expect(schemaOf(text.min(1).regex(/^a/).optional())).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        inner: {
          description: 'inner',
          'x-classification': 'internal',
          type: 'object',
          properties: {
            field: {
              description: 'inner.field',
              'x-classification': 'internal',
              type: 'string',
              minLength: 1,
              pattern: '^a',
            },
          },
        },
      },
      required: ['inner'],
    });
  });

  it.each<[string, z.ZodType, string]>([
    ['refine', text.refine((value) => value !== 'x'), 'a check in code'],
    ['superRefine', z.array(text).superRefine(() => undefined), 'a check in code'],
    ['trim', text.trim(), 'a change of the value'],
    ['transform', text.transform((value) => value.length).pipe(z.number()), 'a change of the value'],
    ['preprocess', z.preprocess(String, text), 'a change of the value'],
    ['catch', text.catch(''), 'a value for what is wrong'],
    ['coerce', z.coerce.number(), 'a change of the value'],
    ['a flag of a pattern', text.regex(/^a/i), 'the flags i of a pattern'],
    ['strictObject', z.strictObject({}), 'a refusal of fields that are added later'],
  ])('refuses %s, of which nothing would be published', (_, field, what) => {
    expect(() => schemaOf(field)).toThrow(`properties.inner.properties.field: no JSON Schema of ours says ${what}`);
  });
});
