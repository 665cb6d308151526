import type { DocumentEntry, EventEntry } from '../contract.ts';
import { documentationOf, type Documentation } from '../documentation.ts';
import type { Owners } from '../owners.ts';
import type { Release } from '../compatibility/release.ts';
import { documentPage, eventPage } from './page.ts';
import { table } from './table.ts';

/** What the catalogue of events is made from. */
export interface Catalogued {
  readonly events: readonly EventEntry[];
  readonly documents: readonly DocumentEntry[];
  readonly documentation: ReadonlyMap<string, Documentation>;
  readonly owners: Owners;
  /** Of the package, the oldest first. */
  readonly releases: readonly Release[];
  /** The package's version in the working tree. */
  readonly version: string;
}

/** The pages by their file names. */
export function cataloguePages(catalogued: Catalogued): Readonly<Record<string, string>> {
  const { events, documents } = catalogued;
  return Object.fromEntries([
    ['README.md', indexPage(catalogued)],
    ...events.map((event) => [`${event.title}.md`, eventPage(event, catalogued)] as const),
    ...documents.map((document) => [`${document.title}.md`, documentPage(document, catalogued)] as const),
  ]);
}

function indexPage({ events, documents, documentation, owners }: Catalogued): string {
  const link = (title: string): string => `[${title}](${title}.md)`;
  const descriptionOf = (module: string): string => documentationOf(module, documentation).description;
  return [
    '<!-- Generated from packages/contracts by `npm run generate`. -->',
    '# Events and files',
    'What the services tell each other, and what other teams may rely on: [the policy](../contracts.md). The package `@regulabel/contracts` has it all for programs: [how to use it](../../packages/contracts/README.md).',
    '## Events',
    'On the bus `regulabel-<stage>`, each with the source `regulabel.<service>`.',
    table(
      ['event', 'what happened', 'emitted by', 'handled by'],
      events.map(({ title, module, contract }) => [
        link(title),
        descriptionOf(module),
        owners.producersOf(contract).join(', ') || `${contract.producer}: not yet`,
        owners.consumersOf(contract).join(', ') || 'none of the services',
      ]),
    ),
    '## Files and other documents',
    table(
      ['document', 'what it is', 'written by'],
      documents.map(({ title, module, producer }) => [link(title), descriptionOf(module), producer]),
    ),
  ].join('\n\n');
}
