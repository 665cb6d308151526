import { join } from 'node:path';
import { asyncApiOf } from './asyncapi.ts';
import { readContracts, type DocumentEntry, type EventEntry } from './contract.ts';
import { ContractFault } from './contractFault.ts';
import { documentationOf, readDocumentation, type Documentation } from './documentation.ts';
import { eventSchemaOf } from './eventSchema.ts';
import { documentsOf } from './exampleDocuments.ts';
import { annotated, jsonSchemaOf, type Draft, type JsonSchema } from './jsonSchema.ts';
import { readOwners, type Owners } from './owners.ts';
import { cataloguePages } from './pages/catalogue.ts';
import { everything, patternsOf, ruleTemplateOf } from './patterns.ts';
import { readReleases } from './releases.ts';
import { CONTRACTS, SERVICES } from './repository.ts';
import { registryResourcesOf } from './schemaRegistry.ts';
import { packageVersion } from './workingTree.ts';

type Text = readonly [path: string, text: string];

/** Everything that is made from the contracts: text by path, from the root of the repository. */
export async function generate(): Promise<Map<string, string>> {
  const { events, documents } = await readContracts();
  const entries = [...events, ...documents];
  const documentation = readDocumentation(
    join(CONTRACTS, 'src'),
    entries.map(({ module }) => module),
  );
  const owners = await readOwners();
  const version = await packageVersion();
  const schemaOf = schemasOf(documentation, owners);
  const registered = events.map((event) => ({
    event,
    description: documentationOf(event.module, documentation).description,
    schema: schemaOf(event, 'draft-04'),
  }));
  const published: Text[] = [
    ...DRAFTS.flatMap((draft) =>
      entries.map((entry): Text => [`schemas/${draft}/${entry.module}.json`, json(schemaOf(entry, draft))]),
    ),
    ...events.flatMap(patterns),
    ['patterns/everything.json', json(everything)],
    ['patterns/everything.yml', ruleTemplateOf(everything, 'Sends all events of Regulabel to a queue')],
    ...entries.flatMap(examplesOf),
    ['asyncapi.yaml', asyncApiOf(events, documentation, { version, owners })],
  ];
  const pages = cataloguePages({ events, documents, documentation, owners, releases: await readReleases(), version });
  return new Map([
    ...published.map(([path, text]): Text => [`packages/contracts/generated/${path}`, text]),
    ...SERVICES.map((service): Text => [
      `services/${service}/resources/schemas.json`,
      json(registryResourcesOf(service, registered)),
    ]),
    ...Object.entries(pages).map(([path, text]): Text => [`docs/events/${path}`, text]),
  ]);
}

const DRAFTS: readonly Draft[] = ['draft-2020-12', 'draft-04'];

const json = (value: unknown): string => JSON.stringify(value);

type Entry = EventEntry | DocumentEntry;

/** What makes the schema of an entry in a draft. */
const schemasOf =
  (documentation: ReadonlyMap<string, Documentation>, owners: Owners) =>
  (entry: Entry, draft: Draft): JsonSchema => {
    const about = documentationOf(entry.module, documentation);
    const options = { draft, owner: owners.ownerOf(entry.producer) };
    try {
      return 'contract' in entry ? eventSchemaOf(entry, about, options) : documentSchemaOf(entry, about, options);
    } catch (error) {
      if (!(error instanceof ContractFault)) throw error;
      throw new ContractFault(`${entry.module}: ${error.message}`, { cause: error });
    }
  };

function documentSchemaOf(
  { title, examples }: DocumentEntry,
  documentation: Documentation,
  { draft, owner }: { draft: Draft; owner: string },
): JsonSchema {
  const { $schema, ...schema } = jsonSchemaOf(examples.schema, documentation, draft);
  return { $schema, title, ...annotated(documentation), 'x-owner': owner, ...schema };
}

const patterns = (event: EventEntry): Text[] =>
  Object.entries(patternsOf(event)).flatMap(([name, pattern]): Text[] => [
    [`patterns/${name}.json`, json(pattern)],
    [`patterns/${name}.yml`, ruleTemplateOf(pattern, `Sends ${event.title} to a queue`)],
  ]);

function examplesOf({ module, examples }: Entry): Text[] {
  const { valid, invalid } = documentsOf(examples);
  return [
    ...Object.entries(valid).map(([name, document]): Text => [`examples/${module}/${name}.json`, json(document)]),
    [`examples/${module}/invalid.json`, json(invalid)],
  ];
}
