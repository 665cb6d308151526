import * as z from 'zod';
import { IN_ARRAY, IN_MAP, inShape, type Documentation, type Documented } from './documentation.ts';

/** A JSON Schema, as far as it is looked at here. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly oneOf?: readonly JsonSchema[];
}

export type Draft = 'draft-2020-12' | 'draft-07' | 'draft-04';

const TARGETS = { 'draft-2020-12': 'draft-2020-12', 'draft-07': 'draft-7', 'draft-04': 'draft-4' } as const;

/**
 * The JSON Schema of a contract, every field with its description and classification. It is what consumers may rely on: fields that
 * it does not have are allowed.
 */
export function jsonSchemaOf(schema: z.ZodType, documentation: Documentation, draft: Draft): JsonSchema {
  const { $schema, ...bare } = z.toJSONSchema(schema, {
    target: TARGETS[draft],
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  }) as JsonSchema;
  return { $schema, ...described(bare, '', documentation) };
}

function described(schema: JsonSchema, path: string, documentation: Documentation): JsonSchema {
  const { properties, items, additionalProperties, oneOf } = schema;
  const field = (name: string): string => (path === '' ? name : `${path}.${name}`);
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, inner]) => [
          name,
          { ...annotations(documentation, field(name)), ...described(inner, field(name), documentation) },
        ]),
      ),
    }),
    ...(items && { items: described(items, path + IN_ARRAY, documentation) }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: described(additionalProperties, path + IN_MAP, documentation),
    }),
    ...(oneOf && { oneOf: oneOf.map((shape) => described(shape, path + inShape(literalOf(shape)), documentation)) }),
  };
}

function annotations({ fields }: Documentation, path: string) {
  const field = fields.get(path);
  if (field === undefined) throw new TypeError(`the field ${path} has no description`);
  return annotated(field);
}

export const annotated = ({ description, classification }: Documented) => ({
  description,
  'x-classification': classification,
});

/** The value of the field that tells a shape from the others: drafts before 6 spell it as an enumeration of one. */
export function literalOf({ properties = {} }: JsonSchema): string {
  const literals = Object.values(properties).map((field) => field['const'] ?? onlyOne(field['enum']));
  const literal = literals.find((each) => typeof each === 'string');
  if (literal === undefined) throw new TypeError('a shape has no field that tells it from the others');
  return literal;
}

const onlyOne = (values: unknown): unknown => (Array.isArray(values) && values.length === 1 ? values[0] : undefined);
