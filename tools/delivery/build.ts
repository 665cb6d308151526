import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun, read, run } from '../process.ts';
import { JOBS, layOutContext } from './context.ts';

/** What SageMaker's instances are, and so the image. */
const PLATFORM = { os: 'linux', cpu: 'x64', image: 'linux/amd64' } as const;

/** The image of a commit in the local storage of Podman: it has run there. */
export const localImage = (commit: string): string => `localhost/regulabel-jobs:${commit}`;

const UNTRIED = localImage('untried');

/** The commit that is checked out. Throws when files differ from it: the image's tag says what is in the image. */
export async function checkedOutCommit(): Promise<string> {
  const changes = await read('git', ['status', '--porcelain']);
  if (changes !== '') {
    throw new Error(
      `Commit first: the job image is tagged with its commit, and these files differ from it:\n${changes}`,
    );
  }
  return (await read('git', ['rev-parse', 'HEAD'])).trim();
}

/**
 * Builds the job image of a commit, unless the local storage has it, and runs a program in it. The same content gives the same
 * digest: no time and no name of the build is in it.
 */
export async function buildImage(commit: string): Promise<void> {
  if (`${process.platform}/${process.arch}` !== `${PLATFORM.os}/${PLATFORM.cpu}`) {
    throw new Error(
      `The job image is for ${PLATFORM.image}, and so is what npm installs there: build it on such a machine, or let the workflow "job image" do it (docs/deploy.md)`,
    );
  }
  const image = localImage(commit);
  if ((await run('podman', ['image', 'exists', image])) === 0) return;
  const context = join(JOBS, 'dist', 'image');
  await layOutContext(context);
  const reproducibly = ['--timestamp', '0', '--platform', PLATFORM.image];
  await mustRun('podman', ['build', ...reproducibly, '--file', join(JOBS, 'Dockerfile'), '--tag', UNTRIED, context]);
  await tryImage(UNTRIED);
  await mustRun('podman', ['tag', UNTRIED, image]);
}

/** Labels nothing, but writes Parquet: the bundle, Node and the native dependency work together in the image. */
async function tryImage(image: string): Promise<void> {
  const base = await mkdtemp(join(tmpdir(), 'regulabel-job-image-'));
  try {
    const dataset = join(base, 'processing', 'input', 'dataset');
    await mkdir(dataset, { recursive: true });
    const rows = ['washing machine', 'toaster'].map((source, at) => ({ item_id: `item-${at}`, source, k: 1 }));
    await writeFile(join(dataset, 'part-00000.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const program = ['prepare-inference', '--caller', 'evaluation', '--rows', String(rows.length)];
    await mustRun('podman', ['run', '--rm', '--network', 'none', '--volume', `${base}:/opt/ml`, image, ...program]);
    await access(join(base, 'processing', 'output', 'items', 'items.parquet'));
    process.stderr.write(`${await readFile(join(base, 'output', 'message'), 'utf8')}\n`);
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}
