import * as z from 'zod';
import { ContractFault } from './contractFault.ts';
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
 * it does not have are allowed. Throws `ContractFault` for a contract that asks for more than a JSON Schema says: what is published
 * and compared with earlier releases would not be what is checked.
 */
export function jsonSchemaOf(schema: z.ZodType, documentation: Documentation, draft: Draft): JsonSchema {
  const { $schema, ...bare } = z.toJSONSchema(schema, {
    target: TARGETS[draft],
    override: ({ zodSchema, jsonSchema, path }) => {
      const unsaid = unsaidIn(zodSchema);
      if (unsaid !== undefined) throw new ContractFault(`${path.join('.')}: no JSON Schema of ours says ${unsaid}`);
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  }) as JsonSchema;
  return { $schema, ...described(bare, '', documentation) };
}

/** What a schema of zod asks for beyond its JSON Schema. */
function unsaidIn({ _zod: { def } }: z.core.$ZodTypes): string | undefined {
  if (def.type === 'pipe' || ('coerce' in def && def.coerce)) return 'a change of the value';
  if (def.type === 'catch') return 'a value for what is wrong';
  if (def.type === 'object' && def.catchall?._zod.def.type === 'never')
    return 'a refusal of fields that are added later';
  return (def.checks ?? []).map(unsaidBy).find((unsaid) => unsaid !== undefined);
}

function unsaidBy({ _zod: { def } }: z.core.$ZodCheck): string | undefined {
  if (def.check === 'custom') return 'a check in code';
  if (def.check === 'overwrite') return 'a change of the value';
  const flags = 'pattern' in def && def.pattern instanceof RegExp ? def.pattern.flags : '';
  return flags === '' ? undefined : `the flags ${flags} of a pattern`;
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
  if (field === undefined) throw new ContractFault(`the field ${path} has no description`);
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
  if (literal === undefined) throw new ContractFault('a shape has no field that tells it from the others');
  return literal;
}

const onlyOne = (values: unknown): unknown => (Array.isArray(values) && values.length === 1 ? values[0] : undefined);
