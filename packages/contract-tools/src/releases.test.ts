import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readReleases, ReleaseDamaged, sealRelease } from './releases.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'released-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const release = async (version: string, caller: string): Promise<void> => {
  await mkdir(join(folder, version, 'patterns'), { recursive: true });
  await writeFile(join(folder, version, 'patterns', 'done.json'), JSON.stringify({ detail: { caller: [caller] } }));
  await sealRelease(version, folder);
};

describe('the releases', () => {
  it('of this repository are what was released', async () => {
    const versions = (await readReleases()).map(({ version }) => version);
    expect(versions).toContain('1.0.0');
  });

  it('are none before the first one', async () => {
    expect(await readReleases(join(folder, 'nothing'))).toEqual([]);
  });

  it('come with the oldest first, whatever was released last', async () => {
    for (const version of ['1.10.0', '1.9.0']) await release(version, version);
    expect((await readReleases(folder)).map(({ version, patterns }) => [version, patterns.get('done')])).toEqual([
      ['1.9.0', { detail: { caller: ['1.9.0'] } }],
      ['1.10.0', { detail: { caller: ['1.10.0'] } }],
    ]);
  });

  it('are none before the first', async () => {
    expect(await readReleases(folder)).toEqual([]);
  });

  it('may be formatted in another way', async () => {
    await release('1.0.0', 'a');
    await writeFile(join(folder, '1.0.0', 'patterns', 'done.json'), '{\n"detail" : {"caller": ["a"]}}\r\n');
    expect(await readReleases(folder)).toHaveLength(1);
  });
});

describe('a release that is damaged', () => {
  const changed = /1\.0\.0 is not what was released/;
  it.each<[string, (file: string) => Promise<void>, RegExp]>([
    ['a file that says something else', (file) => writeFile(file, '{"detail":{"caller":["b"]}}'), changed],
    ['a file that is gone', (file) => rm(file), changed],
    ['a file more', (file) => cp(file, file.replace('done', 'more')), changed],
    ['a file of another name', (file) => cp(file, file.replace('done', 'more')).then(() => rm(file)), changed],
    ['no file left', () => rm(join(folder, '1.0.0'), { recursive: true }), changed],
    ['a file that is no JSON', (file) => writeFile(file, '{'), /1\.0\.0\/patterns\/done\.json is not JSON/],
  ])('is refused: %s', async (_, damage, message) => {
    await release('1.0.0', 'a');
    await damage(join(folder, '1.0.0', 'patterns', 'done.json'));
    const reading = readReleases(folder);
    await expect(reading).rejects.toThrow(ReleaseDamaged);
    await expect(reading).rejects.toThrow(message);
  });

  it('is refused: one that was not made by release', async () => {
    await release('1.0.0', 'a');
    await cp(join(folder, '1.0.0'), join(folder, '1.1.0'), { recursive: true });
    await expect(readReleases(folder)).rejects.toThrow('released/1.1.0 was never released');
  });
});
