import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { releaseOf, type Release } from './compatibility/release.ts';
import { text, type Json } from './compatibility/schema.ts';
import { byVersion } from './compatibility/versions.ts';
import { CONTRACTS } from './repository.ts';

/** Where each version keeps what it published: `released/1.0.0/schemas/...`. Never changed afterwards: `released/digests.json`. */
export const RELEASED = join(CONTRACTS, 'released');

/** What was released is there no more as it was: nothing can be held against it. */
export class ReleaseDamaged extends Error {
  override readonly name = 'ReleaseDamaged';
}

/** Every release, the oldest first; none before the first one. Throws `ReleaseDamaged` for one that has been changed since. */
export async function readReleases(folder = RELEASED): Promise<readonly Release[]> {
  const digests = await readDigests(folder);
  const entries = existsSync(folder) ? await readdir(folder, { withFileTypes: true }) : [];
  const folders = entries.filter((entry) => entry.isDirectory());
  const versions = [...new Set([...Object.keys(digests), ...folders.map(({ name }) => name)])];
  return Promise.all(
    versions.toSorted(byVersion).map(async (version) => {
      const files = await readJson(join(folder, version));
      const digest = digests[version];
      if (digest === undefined) {
        throw new ReleaseDamaged(
          `released/${version} was never released: ${DIGESTS} has no digest of it. Take it away`,
        );
      }
      if (digestOf(version, files) !== digest) {
        throw new ReleaseDamaged(
          `released/${version} is not what was released: its digest in ${DIGESTS} is another. Restore it from the history`,
        );
      }
      return releaseOf(version, files);
    }),
  );
}

/** Keeps the digest of a version that has just been written. */
export async function sealRelease(version: string, folder = RELEASED): Promise<void> {
  const digest = digestOf(version, await readJson(join(folder, version)));
  const digests = { ...(await readDigests(folder)), [version]: digest };
  await writeFile(join(folder, 'digests.json'), `${JSON.stringify(digests, null, 2)}\n`);
}

const DIGESTS = 'packages/contracts/released/digests.json';

/** SHA-256 of each release, in hex, by its version. */
async function readDigests(folder: string): Promise<Readonly<Record<string, string>>> {
  const file = join(folder, 'digests.json');
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Record<string, string>) : {};
}

/** Of what the files say, not of how they are formatted. */
function digestOf(version: string, files: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256');
  for (const [path, content] of files) hash.update(`${path}\n${text(parsed(`${version}/${path}`, content))}\n`);
  return hash.digest('hex');
}

function parsed(path: string, content: string): Json {
  try {
    return JSON.parse(content) as Json;
  } catch (error) {
    throw new ReleaseDamaged(`released/${path} is not JSON: restore it from the history`, { cause: error });
  }
}

/** The JSON files of a folder, by their paths in it: what is in them. */
export async function readJson(folder: string): Promise<ReadonlyMap<string, string>> {
  const paths = await Array.fromAsync(glob('**/*.json', { cwd: folder }));
  const texts = paths
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map(async (path) => [path, await readFile(join(folder, path), 'utf8')] as const);
  return new Map(await Promise.all(texts));
}

/** Since which version of the package a contract is published; `undefined` for one that no release has yet. */
export const publishedSince = (releases: readonly Release[], module: string): string | undefined =>
  releases.find(({ schemas }) => schemas.has(module))?.version;
