// Everything that is made from the contracts. Usage: node tools/run.mjs packages/contract-tools/src/main.ts COMMAND
// - generate: schemas, patterns, examples, the AsyncAPI document and the catalogue of events
// - check: whether they are what the contracts say, and may be published after what was released before
// - build [FOLDER]: the package as it is published, by default in packages/contracts/dist
// - release: keeps what this version publishes, for later versions to be held against
import { resolve } from 'node:path';
import { build } from './build.ts';
import { compareWithReleases } from './compareWithReleases.ts';
import { ContractFault } from './contractFault.ts';
import { generate } from './generate.ts';
import { stale, write } from './generatedFiles.ts';
import { keepRelease, ReleaseRefused } from './keepRelease.ts';
import { ReleaseDamaged } from './releases.ts';
import { ROOT } from './repository.ts';

const commands: Readonly<Record<string, (folder?: string) => Promise<void>>> = {
  generate: async () => {
    await write(ROOT, await generate());
  },
  check: async () => {
    const found = await stale(ROOT, await generate());
    if (found.length > 0) {
      process.stderr.write(`${found.join('\n')}\nnpm run generate makes them again.\n`);
      process.exitCode = 1;
      return;
    }
    const { report, isBreaking } = await compareWithReleases();
    process.stdout.write(`${report}\n`);
    if (isBreaking) process.exitCode = 1;
  },
  build: async (folder = 'packages/contracts/dist') => {
    await build(resolve(ROOT, folder));
  },
  release: async () => {
    const version = await keepRelease();
    process.stdout.write(`packages/contracts/released/${version} is written: commit it, then build and publish.\n`);
  },
};

const [name = '', folder] = process.argv.slice(2);
const command = commands[name];
if (command) {
  try {
    await command(folder);
  } catch (error) {
    const isForPeople = [ContractFault, ReleaseDamaged, ReleaseRefused].some((fault) => error instanceof fault);
    if (!(error instanceof Error && isForPeople)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
} else {
  process.stderr.write(`usage: main.ts ${Object.keys(commands).join('|')}\n`);
  process.exitCode = 2;
}
