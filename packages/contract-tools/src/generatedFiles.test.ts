import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { stale, write } from './generatedFiles.ts';

const A = 'docs/events/a.json';
const B = 'docs/events/b.v1.json';
const C = 'docs/events/c.json';
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'generated-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

it('writes files formatted, after which nothing is stale', async () => {
  await write(root, new Map([[A, '{"a":1}']]));
  expect(await readFile(join(root, A), 'utf8')).toBe('{ "a": 1 }\n');
  expect(await stale(root, new Map([[A, '{"a":1}']]))).toEqual([]);
});

it('names each file that is missing, differs, or is made from nothing', async () => {
  await write(
    root,
    new Map([
      [A, '{"a":1}'],
      [B, '{}'],
    ]),
  );
  const folder = join(root, 'packages/contracts/generated/schemas/x.v1');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'old.json'), '{}\n');
  const wanted = new Map([
    [A, '{"a":2}'],
    [C, '{}'],
    [B, '{}'],
  ]);
  expect(await stale(root, wanted)).toEqual([
    'docs/events/a.json is not what the contracts say',
    'docs/events/c.json is missing',
    'packages/contracts/generated/schemas/x.v1/old.json is made from no contract',
  ]);
});

it('takes away what is no longer generated', async () => {
  await write(root, new Map([[A, '{}']]));
  await write(root, new Map([[B, '{}']]));
  expect(await stale(root, new Map([[B, '{}']]))).toEqual([]);
});
