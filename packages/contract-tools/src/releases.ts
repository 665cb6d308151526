import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { CONTRACTS } from './repository.ts';

/** Where each release keeps what it published: schemas, patterns and examples. */
export const RELEASED = join(CONTRACTS, 'released');

/** In which version of the package a contract was published first; `version` for one that no release has yet. */
export type FirstReleases = (module: string) => string;

export async function firstReleases(version: string): Promise<FirstReleases> {
  const files = await Array.fromAsync(glob('*/schemas/draft-2020-12/*/*.json', { cwd: RELEASED }));
  const releases = Map.groupBy(files, (file) =>
    file
      .split('/')
      .slice(3)
      .join('/')
      .replace(/\.json$/, ''),
  );
  return (module) => {
    const [first] = (releases.get(module) ?? []).map((file) => file.split('/')[0] ?? '').sort(byVersion);
    return first ?? `${version}, not released yet`;
  };
}

const byVersion = (one: string, other: string): number => one.localeCompare(other, 'en', { numeric: true });
