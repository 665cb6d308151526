import type { DocumentEntry, EventEntry } from '../contract.ts';
import { documentationOf, type Documentation } from '../documentation.ts';
import { documentsOf } from '../exampleDocuments.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import { patternsOf } from '../patterns.ts';
import { publishedSince } from '../releases.ts';
import { schemaNameOf } from '../schemaRegistry.ts';
import type { Catalogued } from './catalogue.ts';
import { fieldsTable } from './fields.ts';
import { code, table } from './table.ts';

const GENERATED = '../../packages/contracts/generated';

/** The page of an event: who emits and handles it, what it carries, how to get it. */
export function eventPage(event: EventEntry, catalogued: Catalogued): string {
  const { title, contract, producer, module } = event;
  const { owners } = catalogued;
  const documentation = documentationOf(module, catalogued.documentation);
  return [
    ...heading(title, documentation),
    table(
      ['', ''],
      [
        ['source', code(contract.source)],
        ['detail type', code(contract.detailType)],
        ['schema version', contract.schemaVersion],
        ['owner', owners.ownerOf(producer)],
        ['emitted by', owners.producersOf(contract).join(', ') || 'nobody yet'],
        ['handled by', owners.consumersOf(contract).join(', ') || 'none of the services'],
        ['classification', `${documentation.classification}; it carries no rows`],
        ['module', code(`@regulabel/contracts/${module}`)],
        ['in the schema registry', code(schemaNameOf(contract))],
        ['published since', `\`@regulabel/contracts\` ${sinceOf(module, catalogued)}`],
      ],
    ),
    '## How to get it',
    table(
      ['which', 'pattern', 'CloudFormation template of the rule'],
      Object.keys(patternsOf(event)).map((name) => [
        name === module ? 'all' : code(name.slice(module.length + 1)),
        link('JSON', `patterns/${name}.json`),
        link('YAML', `patterns/${name}.yml`),
      ]),
    ),
    '## What it carries',
    'Fields of `detail`. More may be added.',
    fieldsTable(jsonSchemaOf(contract.detail, documentation, 'draft-2020-12'), documentation),
    ...schemasAndExamples(event),
  ].join('\n\n');
}

/** The page of a file, of an item of a table, or of an input. */
export function documentPage(document: DocumentEntry, catalogued: Catalogued): string {
  const { title, producer, module, examples } = document;
  const documentation = documentationOf(module, catalogued.documentation);
  return [
    ...heading(title, documentation),
    table(
      ['', ''],
      [
        ['written by', producer],
        ['owner', catalogued.owners.ownerOf(producer)],
        ['classification', documentation.classification],
        ['module', code(`@regulabel/contracts/${module}`)],
        ['published since', `\`@regulabel/contracts\` ${sinceOf(module, catalogued)}`],
      ],
    ),
    '## What it has',
    'More fields may be added.',
    fieldsTable(jsonSchemaOf(examples.schema, documentation, 'draft-2020-12'), documentation),
    ...schemasAndExamples(document),
  ].join('\n\n');
}

const heading = (title: string, { description }: Documentation): string[] => [
  '<!-- Generated from packages/contracts by `npm run generate`. -->',
  `# ${title}`,
  description,
];

const sinceOf = (module: string, { releases, version }: Catalogued): string =>
  publishedSince(releases, module) ?? `${version}, not released yet`;

const link = (text: string, path: string): string => `[${text}](${GENERATED}/${path})`;

function schemasAndExamples({ module, examples }: EventEntry | DocumentEntry): string[] {
  const { valid, invalid } = documentsOf(examples);
  const { typical, ...others } = valid;
  const elsewhere = Object.keys(others).map((name) => link(name, `examples/${module}/${name}.json`));
  return [
    '## JSON Schema',
    `${link('2020-12', `schemas/draft-2020-12/${module}.json`)}, ${link('draft-04', `schemas/draft-04/${module}.json`)}`,
    '## Examples',
    `Typical, below; ${elsewhere.join(', ')}.`,
    `\`\`\`json\n${JSON.stringify(typical, null, 2)}\n\`\`\``,
    '## What breaks it',
    table(
      ['where', 'instead', 'why that is wrong'],
      invalid.map(({ path, reason }, index) => {
        const example = examples.invalid[index];
        const instead = example && 'value' in example ? code(JSON.stringify(example.value)) : 'nothing';
        return [code(path), instead, reason];
      }),
    ),
    `As ${link('whole documents', `examples/${module}/invalid.json`)}.`,
  ];
}
