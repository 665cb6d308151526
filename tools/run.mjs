// Runs a TypeScript program of this repository on the Node version it is written for, whatever Node the machine has.
// Plain JavaScript for Node >= 20.19: it is what runs before anything is installed.
// Usage: node tools/run.mjs PROGRAM.ts [ARGUMENTS]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PNPM = 'pnpm@12.21.0';
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.installed-lockfile');
const node = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    `Regulabel needs Node >= 20.19 to start; this is ${process.version}. Install a newer Node from https://nodejs.org.`,
  );
}

const lockfile = createHash('sha256')
  .update(readFileSync(join(root, 'pnpm-lock.yaml')))
  .digest('hex');
const installed = existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lockfile;
if (!installed) {
  process.stderr.write(`Installing dependencies with ${PNPM} (first run, or the lockfile changed) ...\n`);
  const { status, stdout, stderr } = spawnSync('npx', ['--yes', PNPM, 'install', '--frozen-lockfile'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
    fail('Installing failed: the lines above say why. Run the command again once that is mended.');
  }
  writeFileSync(stamp, lockfile);
}

const [program, ...args] = process.argv.slice(2);
if (program === undefined) fail('usage: node tools/run.mjs PROGRAM.ts [ARGUMENTS]');
const child = spawn(node, ['--disable-warning=ExperimentalWarning', resolve(root, program), ...args], {
  stdio: 'inherit',
});
// npm may be killed without a chance to pass the signal on; between npm and this there may be a shell that lives on.
const ancestors = () => {
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event === undefined || !existsSync(`/proc/${parent}/stat`)) return String(parent);
  const [, grandparent] = readFileSync(`/proc/${parent}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return `${parent} ${grandparent}`;
};
const born = ancestors();
setInterval(() => {
  if (ancestors() !== born) child.kill('SIGTERM');
}, 500).unref();
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => fail(`Cannot start ${node}: ${error.message}. Delete node_modules and run again.`));
child.on('exit', (code, signal) => {
  if (!signal) process.exit(code ?? 1);
  // What started this sees the same end: without our own handler the signal ends us as well.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
