import { IN_ARRAY, IN_MAP, inShape, type Documentation } from '../documentation.ts';
import { literalOf, type JsonSchema } from '../jsonSchema.ts';
import { code, table } from './table.ts';

/** The table of a schema's fields: what each is, whether it may be missing, and who may see it. */
export function fieldsTable(schema: JsonSchema, documentation: Documentation): string {
  const rows = rowsOf(schema, '').map(({ path, type, required }) => {
    const field = documentation.fields.get(path);
    return [code(path), type, required ? 'yes' : '', field?.description ?? '', field?.classification ?? ''];
  });
  return table(['field', 'type', 'required', 'description', 'classification'], rows);
}

interface Row {
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
}

function rowsOf(schema: JsonSchema, path: string): Row[] {
  const { properties = {}, required = [], items, additionalProperties, oneOf = [] } = schema;
  return [
    ...Object.entries(properties).flatMap(([name, field]) => {
      const here = path === '' ? name : `${path}.${name}`;
      return [{ path: here, type: typeOf(field), required: required.includes(name) }, ...rowsOf(field, here)];
    }),
    ...(items ? rowsOf(items, path + IN_ARRAY) : []),
    ...(typeof additionalProperties === 'object' ? rowsOf(additionalProperties, path + IN_MAP) : []),
    ...oneOf.flatMap((shape) => rowsOf(shape, path + inShape(literalOf(shape)))),
  ];
}

/** In words: `array of object`, `"a" or "b"`, `string, date-time`, `number, 0 to 1`. */
function typeOf(schema: JsonSchema): string {
  const { items, additionalProperties, oneOf } = schema;
  const [values, constant, format, anyOf] = [schema['enum'], schema['const'], schema['format'], schema['anyOf']];
  if (Array.isArray(values)) return values.map((value) => code(JSON.stringify(value))).join(' or ');
  if (constant !== undefined) return code(JSON.stringify(constant));
  const shapes = oneOf ?? (anyOf as JsonSchema[] | undefined);
  if (shapes) return [...new Set(shapes.map(typeOf))].join(' or ');
  if (items) {
    const size = between(schema, 'minItems', 'maxItems').map((bounds) => ` (${bounds})`);
    return `array${size.join('')} of ${typeOf(items)}`;
  }
  if (typeof additionalProperties === 'object') return `map of ${typeOf(additionalProperties)}`;
  return [String(schema['type']), ...(typeof format === 'string' ? [format] : boundsOf(schema))].join(', ');
}

/** What a text or a number has to be beyond its type: `1 to 64 characters`, `at least 0`. A format says it all. */
function boundsOf(schema: JsonSchema): string[] {
  const { pattern } = schema;
  const lengths = between(schema, 'minLength', 'maxLength');
  return [
    ...(typeof pattern === 'string' ? [code(pattern)] : []),
    ...lengths.map((length) => (length === 'at least 1' ? 'not empty' : `${length} characters`)),
    ...between(schema, 'minimum', 'maximum'),
  ];
}

/** Two bounds in words. What JSON's numbers end with anyway is none. */
function between(schema: JsonSchema, least: string, most: string): string[] {
  const [low, high] = [schema[least], schema[most]].map((bound) =>
    typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? bound : undefined,
  );
  if (low === undefined) return high === undefined ? [] : [`at most ${high}`];
  return [high === undefined ? `at least ${low}` : `${low} to ${high}`];
}
