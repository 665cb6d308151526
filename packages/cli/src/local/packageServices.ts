import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { CommandError } from '../errors.ts';
import { locked } from './buildLock.ts';
import { BUILD, JOB_SOURCES, LOCAL, packageFolder, REPOSITORY, SERVICES } from './place.ts';

/** Something that is made of sources: a service's template and zips, or the bundle that a container runs. */
interface Artefact {
  readonly name: string;
  /** Where it is built, relative to the repository. */
  readonly folder: string;
  readonly sources: readonly string[];
  /** A program of the folder's dependencies, with its arguments. */
  readonly build: readonly [string, ...string[]];
}

const ARTEFACTS: readonly Artefact[] = [
  ...SERVICES.map((service): Artefact => ({
    name: service,
    folder: `services/${service}`,
    sources: [`services/${service}`, 'packages/shared/src', 'packages/contracts/src', 'stages'],
    build: ['serverless', 'package', '--stage', LOCAL.stage, '--package', packageFolder(service)],
  })),
  bundle('jobs', JOB_SOURCES),
  bundle('blazingtext', ['packages/blazingtext']),
];

function bundle(name: string, sources: readonly string[]): Artefact {
  return { name, folder: `packages/${name}`, sources, build: ['npm', 'run', '--silent', 'build'] };
}

/**
 * Compiles the services for the local stage with `serverless package`, and bundles what runs in jobs: what changed since
 * the last time, all at once, while no other command does. `only` names some of them. Throws `CommandError` with the
 * tool's own words when one does not build.
 */
export async function packageServices(say: (line: string) => void, only?: readonly string[]): Promise<void> {
  const artefacts = ARTEFACTS.filter(({ name }) => only?.includes(name) ?? true);
  await mkdir(BUILD, { recursive: true });
  await locked(BUILD, {
    work: () => packageStale(artefacts, say),
    waiting: () => {
      say('another command is packaging; waiting ...');
    },
  });
}

async function packageStale(artefacts: readonly Artefact[], say: (line: string) => void): Promise<void> {
  const stale = (
    await Promise.all(
      artefacts.map(async (artefact) => {
        const digest = await sourcesDigest(artefact.sources);
        const stamp = join(packageFolder(artefact.name), 'sources.sha256');
        const built = await readFile(stamp, 'utf8').catch(() => '');
        return built === digest ? [] : [{ artefact, digest, stamp }];
      }),
    )
  ).flat();
  if (stale.length === 0) return;
  say(`packaging ${stale.map(({ artefact }) => artefact.name).join(', ')} ...`);
  await Promise.all(
    stale.map(async ({ artefact, digest, stamp }) => {
      await mkdir(dirname(stamp), { recursive: true });
      await build(artefact);
      await writeFile(stamp, digest);
    }),
  );
}

async function build({ folder, build: [program, ...args] }: Artefact): Promise<void> {
  const cwd = join(REPOSITORY, folder);
  const path = [join(cwd, 'node_modules', '.bin'), dirname(process.execPath), process.env['PATH'] ?? ''].join(
    delimiter,
  );
  const child = spawn(program, args, { cwd, env: { ...process.env, PATH: path }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said.push(chunk);
      // osls gives up, but does not end, when a handler does not build: esbuild's process keeps it from it.
      if (/^Error:$/m.test(Buffer.concat(said).toString())) setTimeout(() => child.kill(), 1000);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new CommandError(`${folder} does not build:\n${Buffer.concat(said).toString().trim()}`);
}

/** SHA-256 over the content of all files in `folders` (without what is installed, generated or an example) and the lockfile. */
export async function sourcesDigest(folders: readonly string[]): Promise<string> {
  const names = [join(REPOSITORY, 'pnpm-lock.yaml')];
  for (const folder of folders) {
    const found = glob(`${folder}/**/*`, {
      cwd: REPOSITORY,
      withFileTypes: true,
      exclude: (entry) => ['node_modules', '.serverless', '.esbuild', 'dist', 'examples'].includes(entry.name),
    });
    for await (const entry of found) {
      if (entry.isFile() && !entry.name.endsWith('.test.ts')) names.push(join(entry.parentPath, entry.name));
    }
  }
  const hash = createHash('sha256');
  for (const name of names.sort()) {
    hash
      .update(name.slice(REPOSITORY.length))
      .update('\0')
      .update(await readFile(name))
      .update('\0');
  }
  return hash.digest('hex');
}
