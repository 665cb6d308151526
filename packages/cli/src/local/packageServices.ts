import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { CommandError } from '../errors.ts';
import { LOCAL, packageFolder, REPOSITORY, SERVICES } from './place.ts';

/**
 * Compiles the services for the local stage with `serverless package`, the ones whose sources changed since the last
 * time, and all of these at once. Throws `CommandError` with the framework's own words when one does not package.
 */
export async function packageServices(say: (line: string) => void): Promise<void> {
  const stale = (
    await Promise.all(
      SERVICES.map(async (service) => {
        const digest = await sourcesDigest([`services/${service}`, 'packages/shared/src'], ['pnpm-lock.yaml']);
        const stamp = join(packageFolder(service), 'sources.sha256');
        const packaged = await readFile(stamp, 'utf8').catch(() => '');
        return packaged === digest ? [] : [{ service, digest, stamp }];
      }),
    )
  ).flat();
  if (stale.length === 0) return;
  say(`packaging ${stale.map(({ service }) => service).join(', ')} ...`);
  await Promise.all(
    stale.map(async ({ service, digest, stamp }) => {
      await packageService(service);
      await writeFile(stamp, digest);
    }),
  );
}

async function packageService(service: string): Promise<void> {
  const folder = packageFolder(service);
  await mkdir(folder, { recursive: true });
  const path = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter);
  const child = spawn(
    join(REPOSITORY, 'services', service, 'node_modules', '.bin', 'serverless'),
    ['package', '--stage', LOCAL.stage, '--region', LOCAL.region, '--package', folder],
    {
      cwd: join(REPOSITORY, 'services', service),
      env: { ...process.env, PATH: path },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0)
    throw new CommandError(`services/${service} does not package:\n${Buffer.concat(said).toString().trim()}`);
}

/** SHA-256 over the content of all files in `folders` (what is installed or generated left out) and of `files`. */
export async function sourcesDigest(folders: readonly string[], files: readonly string[] = []): Promise<string> {
  const names = [...files];
  for (const folder of folders) {
    const found = glob(`${folder}/**/*`, {
      cwd: REPOSITORY,
      withFileTypes: true,
      exclude: (entry) => ['node_modules', '.serverless', '.esbuild', 'dist'].includes(entry.name),
    });
    for await (const entry of found) {
      if (entry.isFile() && !entry.name.endsWith('.test.ts')) names.push(join(entry.parentPath, entry.name));
    }
  }
  const hash = createHash('sha256');
  for (const name of names.map((name) => (name.startsWith('/') ? name : join(REPOSITORY, name))).sort()) {
    hash
      .update(name.slice(REPOSITORY.length))
      .update('\0')
      .update(await readFile(name))
      .update('\0');
  }
  return hash.digest('hex');
}
