import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { releaseOf, type Release } from './compatibility/release.ts';
import { byVersion } from './compatibility/versions.ts';
import { CONTRACTS } from './repository.ts';

/** Where each version keeps what it published: `released/1.0.0/schemas/...`. Never changed afterwards. */
export const RELEASED = join(CONTRACTS, 'released');

/** Every release, the oldest first; none before the first one. */
export async function readReleases(): Promise<readonly Release[]> {
  const versions = await Array.fromAsync(glob('*', { cwd: RELEASED }));
  return Promise.all(
    versions.toSorted(byVersion).map(async (version) => releaseOf(version, await readJson(join(RELEASED, version)))),
  );
}

/** The JSON files of a folder: text by path. */
export async function readJson(folder: string): Promise<ReadonlyMap<string, string>> {
  const paths = await Array.fromAsync(glob('**/*.json', { cwd: folder }));
  const texts = paths.sort().map(async (path) => [path, await readFile(join(folder, path), 'utf8')] as const);
  return new Map(await Promise.all(texts));
}

/** Since which version of the package a contract is published; `undefined` for one that no release has yet. */
export const publishedSince = (releases: readonly Release[], module: string): string | undefined =>
  releases.find(({ schemas }) => schemas.has(module))?.version;
