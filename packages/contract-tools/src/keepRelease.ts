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

/** What decides whether a version may be released. */
export interface Candidate {
  readonly version: string;
  /** Whether `released/` has it already. */
  readonly isKept: boolean;
  readonly changeLog: string;
  /** Generated files that are not what the contracts say, a line for each. */
  readonly stale: readonly string[];
  readonly comparison: { readonly report: string; readonly isBreaking: boolean };
}

/** Why a version may not be released, and what comes first; undefined where it may. */
export function refusalOf({ version, isKept, changeLog, stale, comparison }: Candidate): string | undefined {
  if (isKept) return `${version} is released already: raise the version in packages/contracts/package.json`;
  if (!changeLog.split('\n').includes(`## ${version}`)) {
    return `packages/contracts/CHANGELOG.md does not say what ${version} changes: give it a heading "## ${version}"`;
  }
  if (stale.length > 0) return `npm run generate comes first:\n${stale.join('\n')}`;
  return comparison.isBreaking ? comparison.report : undefined;
}

/**
 * Keeps what this version of the package publishes in `released/<version>`: schemas, patterns and examples, which later versions
 * are held against, and seals it. Answers the version. Throws `ReleaseRefused` for one that may not be released.
 */
export async function keepRelease(): Promise<string> {
  const version = await packageVersion();
  const folder = join(RELEASED, version);
  const refusal = refusalOf({
    version,
    isKept: existsSync(folder),
    changeLog: await readFile(join(CONTRACTS, 'CHANGELOG.md'), 'utf8'),
    stale: await stale(ROOT, await generate()),
    comparison: await compareWithReleases(),
  });
  if (refusal !== undefined) throw new ReleaseRefused(refusal);
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
