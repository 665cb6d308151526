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

describe('the packed package beside Middy', () => {
  beforeAll(async () => {
    const middy = await realpath(join(CONTRACTS, 'node_modules', '@middy', 'core'));
    await cp(middy, join(project, 'node_modules', '@middy', 'core'), { recursive: true });
  });
  // Middy's own types lead to packages that one need not have.
  const node16 = { module: 'node16', moduleResolution: 'node16', skipLibCheck: true };
  const bundler = { module: 'esnext', moduleResolution: 'bundler', skipLibCheck: true };

  it('has its types, ES module only as Middy is, under all of them', async () => {
    const files = ['middleware.mts', 'middleware.cts', 'middleware.ts'];
    for (const file of files) await writeFile(join(project, file), MIDDLEWARE);
    expect(
      await Promise.all([complaints(node16, ...files.slice(0, 2)), complaints(bundler, ...files.slice(2))]),
    ).toEqual(['', '']);
  }, 180_000);

  it('is used as its README says', async () => {
    const readme = await readFile(join(project, 'node_modules', '@regulabel', 'contracts', 'README.md'), 'utf8');
    const samples = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, sample = '']) => sample);
    expect(samples.length).toBeGreaterThanOrEqual(5);
    const files = samples.map((_, index) => `readme${index}.mts`);
    for (const [index, sample] of samples.entries()) {
      await writeFile(join(project, files[index] ?? ''), surroundingsOf(sample) + sample);
    }
    expect(await complaints(node16, ...files)).toBe('');
  }, 180_000);
});

/** What a reader of the README has around a sample: whatever it uses and does not say itself. */
function surroundingsOf(sample: string): string {
  const contract = (module: string) => `import { ${module.split('/')[1]} } from '@regulabel/contracts/${module}.v1';`;
  const surroundings: Readonly<Record<string, string>> = {
    modelPromoted: contract('evaluation/modelPromoted'),
    winnerRolledBack: contract('evaluation/winnerRolledBack'),
    classificationRunCompleted: contract('ingest/classificationRunCompleted'),
    parseEvent: `import { parseEvent } from '@regulabel/contracts/receive';`,
    handler: 'declare const handler: unknown;',
    record: 'declare const record: unknown;',
    report: 'declare const report: (data: unknown) => Promise<void>;',
    values: 'declare const values: unknown;',
  };
  const missing = Object.entries(surroundings).filter(
    ([name]) =>
      new RegExp(`\\b${name}\\b`).test(sample) && !new RegExp(`(?:const |import \\{.*)\\b${name}\\b`).test(sample),
  );
  return missing.map(([, line]) => `${line}\n`).join('');
}
