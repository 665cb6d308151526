import { spawn, type StdioOptions } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

const root = dirname(import.meta.dirname);

function start(program: string, args: readonly string[], options: { folder: string; stdio: StdioOptions }) {
  const path = [dirname(process.execPath), join(root, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(
    delimiter,
  );
  return spawn(program, args, {
    cwd: join(root, options.folder),
    stdio: options.stdio,
    env: { ...process.env, PATH: path },
  });
}

const ended = (child: ReturnType<typeof start>): Promise<number> =>
  new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve(code ?? 1);
    });
  });

/** Runs a program of this repository (`node`, or one of `node_modules/.bin`) in its root, or in a folder of it; answers its exit code. */
export const run = (program: string, args: readonly string[], folder = '.'): Promise<number> =>
  ended(start(program, args, { folder, stdio: 'inherit' }));

/** As `run`, with the command shown first; throws when it fails. */
export async function mustRun(program: string, args: readonly string[]): Promise<void> {
  process.stderr.write(`+ ${[program, ...args].join(' ')}\n`);
  const code = await run(program, args);
  if (code !== 0) throw new Error(`${program} failed with exit code ${code}: its own words are above`);
}

/** What a program says on stdout; throws when it fails. */
export async function read(program: string, args: readonly string[]): Promise<string> {
  const child = start(program, args, { folder: '.', stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error(`${program} has no stdout`);
  const [said, code] = await Promise.all([text(child.stdout), ended(child)]);
  if (code !== 0) throw new Error(`${program} failed with exit code ${code}: its own words are above`);
  return said;
}

/** Runs the main function of a program that people start: what it throws becomes one line, and exit code 1. */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    process.stderr.write(`${error.name === 'Error' ? '' : `${error.name}: `}${error.message}\n`);
    process.exitCode = 1;
  }
}
