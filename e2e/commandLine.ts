import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = join(dirname(import.meta.dirname), 'packages', 'cli', 'src', 'main.ts');

export interface Started {
  readonly child: ChildProcess;
  /** Settles with the first line on stderr that has the text; rejects when the command ends without one. */
  said(text: string): Promise<void>;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** Starts a command of the command line, as a person would, in its own process. */
export function start(...args: string[]): Started {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  const lines: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const reader = createInterface(child.stderr);
  reader.on('line', (line) => lines.push(line));
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout: output.join(''),
    stderr: lines.join('\n'),
  }));
  const said = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      reader.on('line', (line) => {
        if (line.includes(text)) resolve();
      });
      void ended.then(({ stderr }) => {
        reject(new Error(`the command ended without saying "${text}":\n${stderr}`));
      });
    });
  return { child, said, ended };
}

/** The JSON document that a command prints. Throws with what it said when its exit code is another than `code`. */
export async function json(args: readonly string[], code = 0): Promise<unknown> {
  const result = await start(...args, '--json').ended;
  if (result.code !== code)
    throw new Error(`regulabel ${args.join(' ')} ended with ${result.code}:\n${result.stderr}\n${result.stdout}`);
  return JSON.parse(result.stdout);
}
