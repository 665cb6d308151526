import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { REPOSITORY, SERVICES } from '../local/place.ts';

/** Editors write a file in several steps, and people save several files at once. */
const SETTLE_MS = 50;

/** What changes in the sources of the services, of what they share and of the job code, from now on. */
export interface Sources {
  /** The paths, relative to the repository, that changed since the last call; waits until there are some, or the end. */
  changed(): Promise<string[] | undefined>;
  close(): void;
}

export function watchSources(repository = REPOSITORY): Sources {
  const paths = new Set<string>();
  let wake = Promise.withResolvers<undefined>();
  let closed = false;
  const watchers = new Map<string, FSWatcher>();
  // Folder by folder: a recursive watch of Node's loses files that an editor replaces by a rename.
  const see = (folder: string, deep: boolean): void => {
    const watcher = watch(folder, (_event, name) => {
      if (name === null) return;
      const path = join(folder, name);
      if (deep && !watchers.has(path) && isFolder(path)) see(path, deep);
      paths.add(relative(repository, path).replaceAll(sep, '/'));
      wake.resolve(undefined);
    });
    watchers.set(folder, watcher);
    // A folder that is gone is seen again when it comes back.
    watcher.on('error', () => watchers.delete(folder));
    if (!deep) return;
    for (const entry of readdirSync(folder, { withFileTypes: true }))
      if (entry.isDirectory()) see(join(folder, entry.name), deep);
  };
  for (const name of ['contracts', 'shared', 'jobs']) see(join(repository, 'packages', name, 'src'), true);
  for (const service of SERVICES) {
    const folder = join(repository, 'services', service);
    // What is installed there is none of ours.
    see(folder, false);
    for (const name of ['src', 'resources', 'examples']) see(join(folder, name), true);
  }
  return {
    async changed() {
      await wake.promise;
      await delay(SETTLE_MS);
      if (closed) return undefined;
      wake = Promise.withResolvers();
      const found = [...paths];
      paths.clear();
      return found;
    },
    close: () => {
      for (const watcher of watchers.values()) watcher.close();
      closed = true;
      wake.resolve(undefined);
    },
  };
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
