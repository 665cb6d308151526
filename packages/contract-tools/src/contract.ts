import { glob } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { EventContract, Producer } from '@regulabel/contracts/event';
import type { DocumentExamples, EventExamples } from '@regulabel/contracts/example';
import { ContractFault } from './contractFault.ts';
import { CONTRACTS } from './repository.ts';

interface Named {
  /** Where its module lies, and what everything made from it is called: `evaluation/modelPromoted.v1`. */
  readonly module: string;
  /** `ModelPromoted.v1` */
  readonly title: string;
  readonly producer: Producer;
}

/** An event's contract with its examples. */
export interface EventEntry extends Named {
  readonly contract: EventContract;
  readonly examples: EventExamples;
}

/** The contract of a file, an item of a table, or an input, with its examples. */
export interface DocumentEntry extends Named {
  readonly examples: DocumentExamples;
}

/** Every contract, in the order of their modules' names. Each module exports what it is named after. */
export async function readContracts(): Promise<{ events: EventEntry[]; documents: DocumentEntry[] }> {
  const source = join(CONTRACTS, 'src');
  const files = await Array.fromAsync(glob('*/*.v*.examples.ts', { cwd: source }));
  const entries = await Promise.all(
    files.sort().map(async (file) => {
      const module = file.replace(/\.examples\.ts$/, '');
      const name = basename(module).replace(/\.v\d+$/, '');
      const exported = (await import(join(source, file))) as Record<
        string,
        EventExamples | DocumentExamples | undefined
      >;
      const examples = exported[`${name}Examples`];
      if (examples === undefined) throw new ContractFault(`${file} does not export ${name}Examples`);
      const title = basename(module).replace(/^./, (first) => first.toUpperCase());
      return { module, title, producer: dirname(module) as Producer, examples };
    }),
  );
  return {
    events: entries.flatMap(({ examples, ...named }) =>
      'contract' in examples ? [{ ...named, examples, contract: examples.contract }] : [],
    ),
    documents: entries.flatMap(({ examples, ...named }) => ('schema' in examples ? [{ ...named, examples }] : [])),
  };
}
