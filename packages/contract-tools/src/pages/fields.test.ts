import { expect, it } from '@jest/globals';
import { fieldsTable } from './fields.ts';

it('says of each field its type and its bounds, in words', () => {
  const properties = {
    country: { type: 'string', pattern: '^[A-Z]{2}$' },
    time: { type: 'string', format: 'date-time', pattern: 'what a format says already' },
    name: { type: 'string', minLength: 1 },
    code: { type: 'string', minLength: 1, maxLength: 64 },
    note: { type: 'string', maxLength: 9 },
    share: { type: 'number', minimum: 0, maximum: 1 },
    rows: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    either: { type: 'string', enum: ['a', 'b'] },
    models: { type: 'array', minItems: 1, maxItems: 2, items: { type: 'string', minLength: 1 } },
    counts: { type: 'object', additionalProperties: { type: 'integer' } },
  };
  const described = Object.keys(properties).map(
    (name) => [name, { description: `The ${name}.`, classification: 'internal' }] as const,
  );
  const table = fieldsTable(
    { type: 'object', properties, required: ['country'] },
    { description: 'A thing.', classification: 'internal', fields: new Map(described) },
  );
  expect(table.split('\n').slice(2)).toEqual([
    '| `country` | string, `^[A-Z]{2}$` | yes | The country. | internal |',
    '| `time` | string, date-time |  | The time. | internal |',
    '| `name` | string, not empty |  | The name. | internal |',
    '| `code` | string, 1 to 64 characters |  | The code. | internal |',
    '| `note` | string, at most 9 characters |  | The note. | internal |',
    '| `share` | number, 0 to 1 |  | The share. | internal |',
    '| `rows` | integer, at least 0 |  | The rows. | internal |',
    '| `either` | `"a"` or `"b"` |  | The either. | internal |',
    '| `models` | array (1 to 2) of string, not empty |  | The models. | internal |',
    '| `counts` | map of integer |  | The counts. | internal |',
  ]);
});
