import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SERVICES } from '../local/place.ts';
import { watchSources, type Sources } from './sources.ts';

let repository: string;
let sources: Sources;

beforeEach(async () => {
  repository = await mkdtemp(join(tmpdir(), 'sources-'));
  const folders = SERVICES.flatMap((service) =>
    ['src/core', 'resources', 'examples'].map((of) => `services/${service}/${of}`),
  );
  for (const folder of [...folders, ...['contracts', 'shared', 'jobs'].map((name) => `packages/${name}/src`)])
    await mkdir(join(repository, folder), { recursive: true });
  await write('services/training/src/core/bestTrial.ts');
  sources = watchSources(repository);
});

afterEach(async () => {
  sources.close();
  await rm(repository, { recursive: true });
});

const write = (path: string) => writeFile(join(repository, path), String(Math.random()));

/** All that is seen until this path is. */
async function seen(path: string): Promise<void> {
  while (!(await sources.changed())?.includes(path));
}

describe('watchSources', () => {
  it('sees a file again that an editor has replaced by a rename', async () => {
    const path = 'services/training/src/core/bestTrial.ts';
    await write(`${path}.new`);
    await rename(join(repository, `${path}.new`), join(repository, path));
    await seen(path);
    await write(path);
    await seen(path);
  });

  it('sees templates, and files in folders that are new', async () => {
    await write('services/ingest/state-machine.yml');
    await seen('services/ingest/state-machine.yml');
    await mkdir(join(repository, 'packages/shared/src/new'));
    await seen('packages/shared/src/new');
    await write('packages/shared/src/new/file.ts');
    await seen('packages/shared/src/new/file.ts');
  });

  it('ends when it is closed', async () => {
    const changed = sources.changed();
    sources.close();
    await expect(changed).resolves.toBeUndefined();
  });
});
