import { execFile } from 'node:child_process';
import { cp, glob, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { events } from '@regulabel/contracts/events';
import { build, stop } from 'esbuild';
import { CONTRACTS } from './repository.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
/** Where a package lies that this repository has installed. */
const installed = async (name: string): Promise<string> => realpath(dirname(require.resolve(`${name}/package.json`)));

const npm = (args: readonly string[], cwd: string) =>
  run('npm', [...args, '--offline', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd,
    shell: process.platform === 'win32',
  });

/** An empty project outside the repository that has installed the package, as it is packed, and nothing else but zod. */
let project: string;
let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'regulabel-contracts-')));
  project = join(folder, 'project');
  await mkdir(project);
  const main = join(import.meta.dirname, 'main.ts');
  await run(process.execPath, ['--disable-warning=ExperimentalWarning', main, 'build', join(folder, 'package')]);
  await npm(['pack', '--pack-destination', folder], join(folder, 'package'));
  const [tarball = ''] = await Array.fromAsync(glob('*.tgz', { cwd: folder }));
  // A copy: a package manager may do with it what it likes.
  await cp(await installed('zod'), join(folder, 'zod'), { recursive: true });
  const dependencies = { '@regulabel/contracts': `file:../${tarball}`, zod: 'file:../zod' };
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, dependencies }));
  await npm(['install'], project);
  await cp(join(import.meta.dirname, 'consumer'), project, { recursive: true });
}, 180_000);
afterAll(async () => {
  await stop();
  await rm(folder, { recursive: true, force: true });
});

/** What the TypeScript compiler has to say of some files of the project: nothing. */
async function complaints(options: object, ...files: readonly string[]): Promise<string> {
  const config = join(project, `tsconfig.${files.join('-')}.json`);
  const compilerOptions = { strict: true, noEmit: true, target: 'es2022', types: [], ...options };
  await writeFile(config, JSON.stringify({ compilerOptions, files }));
  const tsc = join(await installed('typescript'), 'bin', 'tsc');
  return run(process.execPath, [tsc, '-p', config]).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error as { stdout: string }).stdout,
  );
}

/** A handler behind a queue: CommonJS loads Middy when it runs. */
const MIDDLEWARE = `
  import { modelPromoted } from '@regulabel/contracts/evaluation/modelPromoted.v1';
  import { queueParser } from '@regulabel/contracts/middleware';
  export const handler = import('@middy/core').then(({ default: middy }) =>
    middy()
      .use(queueParser(modelPromoted, (error, messageId) => { error.eventId?.concat(messageId); }))
      .handler(async ({ messages }) => {
        const models: readonly string[] = messages.map(({ event }) => event.detail.data.candidate.model);
        // @ts-expect-error the data has no such field
        messages.map(({ event }) => [models, event.detail.data.nothing]);
      }),
  );
`;

describe('the packed package', () => {
  it('has a manifest that asks for zod and nothing else', async () => {
    const text = await readFile(join(project, 'node_modules', '@regulabel', 'contracts', 'package.json'), 'utf8');
    const manifest = JSON.parse(text) as object;
    expect(manifest).toMatchObject({
      name: '@regulabel/contracts',
      license: 'MIT',
      sideEffects: false,
      peerDependencies: { zod: '^4' },
      peerDependenciesMeta: { '@middy/core': { optional: true } },
    });
    for (const field of ['private', 'dependencies', 'devDependencies', 'scripts']) {
      expect(manifest).not.toHaveProperty(field);
    }
  });

  it('parses every example, and refuses every invalid one at its path', async () => {
    const { stdout } = await run(process.execPath, ['parseEverything.mjs'], { cwd: project });
    const examples = join(CONTRACTS, 'generated', 'examples');
    const files = await Array.fromAsync(glob('*/*/*.json', { cwd: examples }));
    const invalid = await Promise.all(
      files
        .filter((file) => file.endsWith('invalid.json'))
        .map(async (file) => (JSON.parse(await readFile(join(examples, file), 'utf8')) as unknown[]).length),
    );
    expect(JSON.parse(stdout)).toEqual({
      valid: files.length - invalid.length,
      invalid: invalid.reduce((sum, each) => sum + each, 0),
      wrong: [],
    });
  });

  it('is read by require', async () => {
    const { stdout } = await run(process.execPath, ['require.cjs'], { cwd: project });
    expect(JSON.parse(stdout)).toEqual({ read: 'ModelPromoted.v1', pattern: ['ModelPromoted.v1'] });
  });

  it('has types under node16, for ES modules and CommonJS, and under bundler', async () => {
    await cp(join(project, 'types.mts'), join(project, 'types.cts'));
    await cp(join(project, 'types.mts'), join(project, 'types.ts'));
    const [node16, bundler] = await Promise.all([
      complaints({ module: 'node16', moduleResolution: 'node16' }, 'types.mts', 'types.cts'),
      complaints({ module: 'esnext', moduleResolution: 'bundler' }, 'types.ts'),
    ]);
    expect({ node16, bundler }).toEqual({ node16: '', bundler: '' });
  }, 180_000);

  it('has types for Middy, which is an ES module only, under all of them', async () => {
    const middy = await realpath(join(CONTRACTS, 'node_modules', '@middy', 'core'));
    await cp(middy, join(project, 'node_modules', '@middy', 'core'), { recursive: true });
    const files = ['middleware.mts', 'middleware.cts', 'middleware.ts'];
    for (const file of files) await writeFile(join(project, file), MIDDLEWARE);
    // Middy's own types lead to packages that one need not have.
    const skipLibCheck = { skipLibCheck: true };
    const [node16, bundler] = await Promise.all([
      complaints({ module: 'node16', moduleResolution: 'node16', ...skipLibCheck }, ...files.slice(0, 2)),
      complaints({ module: 'esnext', moduleResolution: 'bundler', ...skipLibCheck }, ...files.slice(2)),
    ]);
    expect({ node16, bundler }).toEqual({ node16: '', bundler: '' });
  }, 180_000);

  it.each(events.map((event) => [event.detailType, event] as const))(
    'adds at most 3 kB to zod in a bundle that reads %s',
    async (detailType, { producer }) => {
      const module = detailType.charAt(0).toLowerCase() + detailType.slice(1);
      const name = module.slice(0, module.indexOf('.'));
      const { metafile } = await build({
        stdin: {
          contents: `import { ${name} } from '@regulabel/contracts/${producer}/${module}';
            import { parseEvent } from '@regulabel/contracts/receive';
            export const read = (received) => parseEvent(${name}, received);`,
          resolveDir: project,
        },
        bundle: true,
        minify: true,
        format: 'esm',
        metafile: true,
        write: false,
        outdir: project,
      });
      const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
      const ours = inputs.filter(([file]) => file.includes('@regulabel/contracts'));
      expect(ours.length).toBeGreaterThan(0);
      expect(ours.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0)).toBeLessThanOrEqual(3000);
    },
  );
});
