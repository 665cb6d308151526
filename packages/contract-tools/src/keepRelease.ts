import { existsSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareWithReleases } from './compareWithReleases.ts';
import { generate } from './generate.ts';
import { stale, write } from './generatedFiles.ts';
import { RELEASED, sealRelease } from './releases.ts';
import { CONTRACTS, ROOT } from './repository.ts';
import { packageVersion } from './workingTree.ts';

/** This version may not be released; the message says why, and what comes first. */
export class ReleaseRefused extends Error {
  override readonly name = 'ReleaseRefused';
}

/**
 * Keeps what this version of the package publishes in `released/<version>`: schemas, patterns and examples, which later versions
 * are held against, and seals it. Answers the version. Throws `ReleaseRefused` for one that is kept already, that the change log
 * does not name, whose generated files are stale, or that breaks what was published before.
 */
export async function keepRelease(): Promise<string> {
  const version = await packageVersion();
  const folder = join(RELEASED, version);
  if (existsSync(folder)) {
    throw new ReleaseRefused(`${version} is released already: raise the version in packages/contracts/package.json`);
  }
  const changes = await readFile(join(CONTRACTS, 'CHANGELOG.md'), 'utf8');
  if (!changes.includes(`\n## ${version}\n`)) {
    throw new ReleaseRefused(`packages/contracts/CHANGELOG.md does not say what ${version} changes`);
  }
  const found = await stale(ROOT, await generate());
  if (found.length > 0) throw new ReleaseRefused(`npm run generate comes first:\n${found.join('\n')}`);
  const comparison = await compareWithReleases();
  if (comparison.isBreaking) throw new ReleaseRefused(comparison.report);
  for (const part of ['schemas/draft-2020-12', 'patterns', 'examples']) {
    await cp(join(CONTRACTS, 'generated', part), join(folder, part), {
      recursive: true,
      filter: (path) => !path.endsWith('.yml'),
    });
  }
  await sealRelease(version);
  // The catalogue names the release in which a contract came.
  await write(ROOT, await generate());
  return version;
}
