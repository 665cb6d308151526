import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);

/** Runs a program of this repository (`node`, or one of `node_modules/.bin`) in its root; answers its exit code. */
export async function run(program: string, args: readonly string[]): Promise<number> {
  const path = [dirname(process.execPath), join(root, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(
    delimiter,
  );
  const child = spawn(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}
