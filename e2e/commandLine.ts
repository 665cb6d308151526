import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';

const PROGRAM = join(dirname(import.meta.dirname), 'packages', 'cli', 'src', 'main.ts');

export interface Started {
  readonly child: ChildProcess;
  /** Settles with the first line on stderr that has the text; rejects when the command ends without one. */
  said(text: string): Promise<void>;
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** Starts a command of the command line, as a person would, in its own process. */
export const start = (...args: string[]): Started => startIn(process.env, ...args);

/** The same, in another environment than the test's. */
export function startIn(env: NodeJS.ProcessEnv, ...args: string[]): Started {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
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
export async function json(args: readonly string[], code = 0, env = process.env): Promise<unknown> {
  const result = await startIn(env, ...args, '--json').ended;
  if (result.code !== code)
    throw new Error(`regulabel ${args.join(' ')} ended with ${result.code}:\n${result.stderr}\n${result.stdout}`);
  return JSON.parse(result.stdout);
}

/** How to reach a local cloud, for any AWS SDK client. */
export type Reach = z.infer<typeof reach>;
const reach = z
  .object({
    endpoint: z.url(),
    region: z.string(),
    accessKeyId: z.string(),
    secretAccessKey: z.string(),
    sessionToken: z.string(),
  })
  .transform(({ endpoint, region, ...credentials }) => ({ endpoint, region, credentials }));

export interface ServedCloud {
  readonly operator: Reach;
  /** Whom the state folder's own credentials are of. */
  readonly administrator: Reach;
  stop(): Promise<void>;
}

/** Serves a state folder on a free port with `up`. */
export async function serve(state: string): Promise<ServedCloud> {
  const { child, ended } = start('up', '--state', state, '--port', '0', '--json');
  const said = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.endsWith('}\n')) resolve(text);
    });
    ended.then(({ stderr }) => {
      reject(new Error(stderr));
    }, reject);
  });
  return {
    operator: reach.parse(JSON.parse(said)),
    administrator: reach.parse(JSON.parse(await readFile(join(state, 'endpoint.json'), 'utf8'))),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
