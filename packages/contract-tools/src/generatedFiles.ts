import { glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { format, resolveConfig } from 'prettier';

/** Every file of the repository that one of these matches is generated. */
const GENERATED = ['packages/contracts/generated/**', 'docs/events/**', 'services/*/resources/schemas.json'];

/** Writes the files, formatted as the repository is, and takes away what is no longer generated. */
export async function write(root: string, files: ReadonlyMap<string, string>): Promise<void> {
  const wanted = await formatted(root, files);
  for (const path of await existing(root)) if (!wanted.has(path)) await rm(join(root, path));
  for (const [path, text] of wanted) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

/** What `write` would change: one line for each file. */
export async function stale(root: string, files: ReadonlyMap<string, string>): Promise<string[]> {
  const wanted = await formatted(root, files);
  const there = await existing(root);
  const changed = await Promise.all(
    [...wanted].map(async ([path, text]) => {
      if (!there.includes(path)) return [`${path} is missing`];
      return (await readFile(join(root, path), 'utf8')) === text ? [] : [`${path} is not what the contracts say`];
    }),
  );
  const left = there.filter((path) => !wanted.has(path));
  return [...changed.flat(), ...left.map((path) => `${path} is made from no contract`)];
}

async function existing(root: string): Promise<string[]> {
  const entries = await Array.fromAsync(glob(GENERATED, { cwd: root, withFileTypes: true }));
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

async function formatted(root: string, files: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const config = await resolveConfig(join(root, 'package.json'));
  const all = await Promise.all(
    [...files].map(async ([path, text]) => [path, await format(text, { ...config, filepath: path })] as const),
  );
  return new Map(all);
}
