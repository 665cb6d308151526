import { cp, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { CONTRACTS, ROOT } from './repository.ts';

/**
 * Builds the package as it is published, in a folder of its own: ES modules and CommonJS with their types, everything generated,
 * and a manifest whose exports lead there. In the workspace the same exports lead to the sources.
 */
export async function build(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const [path, text] of [...(await compiled()), ['package.json', await manifest()] as const]) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await cp(join(CONTRACTS, 'generated'), folder, { recursive: true });
  for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE']) await cp(join(CONTRACTS, file), join(folder, file));
}

const OPTIONS: ts.CompilerOptions = {
  allowImportingTsExtensions: false,
  rewriteRelativeImportExtensions: true,
  declaration: true,
  noEmit: false,
  // Checked by `npm run check`; here it only takes time.
  noCheck: true,
  target: ts.ScriptTarget.ES2022,
};

async function compiled(): Promise<Map<string, string>> {
  const source = join(CONTRACTS, 'src');
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const files = (await Array.fromAsync(glob('**/*.ts', { cwd: source }))).filter((file) => !file.endsWith('.test.ts'));
  const program = ts.createProgram(
    files.map((file) => join(source, file)),
    { ...options, ...OPTIONS, rootDir: source, outDir: source },
  );
  const written = new Map<string, string>();
  program.emit(undefined, (path, text) => {
    const file = relative(source, path);
    if (file.endsWith('.d.ts')) {
      // In types, TypeScript leaves the extensions as they are in the source.
      const types = text.replaceAll(/(?<=(?:from |import\()(["'])\.[^"']*)\.ts(?=\1)/g, '.js');
      written.set(`esm/${file}`, types).set(`cjs/${file}`, types);
    } else {
      written.set(`esm/${file}`, text).set(`cjs/${file}`, commonJs(text));
    }
  });
  return written.set('cjs/package.json', '{ "type": "commonjs" }\n');
}

const commonJs = (text: string): string =>
  ts.transpileModule(text, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } })
    .outputText;

async function manifest(): Promise<string> {
  const text = await readFile(join(CONTRACTS, 'package.json'), 'utf8');
  const { exports: sources, ...fields } = JSON.parse(text) as {
    readonly exports: Readonly<Record<string, string>>;
    readonly [field: string]: unknown;
  };
  const published = Object.entries(fields).filter(
    ([name]) => !['private', 'devDependencies', 'scripts'].includes(name),
  );
  const exports = Object.entries(sources).map(([subpath, file]): [string, unknown] => [subpath, built(file)]);
  const manifest = { ...Object.fromEntries(published), exports: Object.fromEntries(exports) };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** What `./src/values.ts` becomes for `import` and for `require`, and where `./generated/asyncapi.yaml` lies. */
function built(source: string): unknown {
  if (!source.startsWith('./src/')) return source.replace('./generated/', './');
  const at = (format: 'esm' | 'cjs') => {
    const file = source.replace('./src/', `./${format}/`).replace(/\.ts$/, '');
    return { types: `${file}.d.ts`, default: `${file}.js` };
  };
  return { import: at('esm'), require: at('cjs') };
}
