import { cp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { mustRun } from '../process.ts';

/** The package whose image this is about. */
export const JOBS = join(dirname(dirname(import.meta.dirname)), 'packages', 'jobs');

/** The one dependency that is not in the bundle: it is native. */
const NATIVE = '@duckdb/node-bindings';

/**
 * Lays out in `folder` what the job image is made of: the bundle, built for it, and the native dependency, as it is installed
 * from the lockfile. Nothing else is in reach of what runs in the image.
 */
export async function layOutContext(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mustRun('npm', ['run', '--silent', '--prefix', JOBS, 'build', '--', `--outfile=${join(folder, 'main.cjs')}`]);
  await addPackage(NATIVE, join(JOBS, 'package.json'), folder);
}

/** Copies a package that `dependent` (the path of a manifest) requires, and what that package itself requires. */
async function addPackage(name: string, dependent: string, folder: string): Promise<void> {
  const manifest = createRequire(dependent).resolve(`${name}/package.json`);
  await cp(dirname(manifest), join(folder, 'node_modules', name), { recursive: true, dereference: true });
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(await readFile(manifest, 'utf8')) as {
    dependencies?: object;
    optionalDependencies?: object;
  };
  for (const needed of Object.keys(dependencies)) await addPackage(needed, manifest, folder);
  for (const optional of Object.keys(optionalDependencies)) {
    // Installed is what fits the platform.
    if (isInstalled(optional, manifest)) await addPackage(optional, manifest, folder);
  }
}

function isInstalled(name: string, dependent: string): boolean {
  try {
    createRequire(dependent).resolve(`${name}/package.json`);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return false;
    throw error;
  }
}
