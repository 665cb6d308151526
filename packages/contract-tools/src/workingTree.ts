import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@regulabel/contracts/parse';
import { parseEvent } from '@regulabel/contracts/receive';
import type { Present } from './compatibility/check.ts';
import { releaseOf } from './compatibility/release.ts';
import type { Json } from './compatibility/schema.ts';
import { readContracts, type DocumentEntry, type EventEntry } from './contract.ts';
import { readJson } from './releases.ts';
import { CONTRACTS } from './repository.ts';

/** What the working tree would publish, and what its code makes of documents. What is generated has to be fresh. */
export async function readWorkingTree(): Promise<Present> {
  const { events, documents } = await readContracts();
  const entries = new Map([...events, ...documents].map((entry) => [entry.module, entry]));
  return {
    ...releaseOf(await packageVersion(), await readJson(join(CONTRACTS, 'generated'))),
    parse: (module, document) => {
      const entry = entries.get(module);
      if (entry === undefined) return { problem: 'there is no such contract' };
      try {
        return { document: read(entry, document) };
      } catch (error) {
        return { problem: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}

/** Of `@regulabel/contracts`. */
export async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(CONTRACTS, 'package.json'), 'utf8')) as { version: string };
  return version;
}

const read = (entry: EventEntry | DocumentEntry, document: Json): Json =>
  ('contract' in entry
    ? parseEvent(entry.contract, document)
    : parse(entry.examples.schema, document, entry.title)) as Json;
