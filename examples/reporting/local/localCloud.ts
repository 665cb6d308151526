import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import * as z from 'zod';

const EXAMPLE = dirname(import.meta.dirname);
const LOCAL_CLOUD = join(dirname(dirname(EXAMPLE)), 'packages', 'local-cloud', 'src', 'main.ts');
const NODE = [process.execPath, '--disable-warning=ExperimentalWarning'] as const;

const config = z.looseObject({ account: z.string(), templates: z.array(z.string()) });
const served = z
  .object({
    endpoint: z.url(),
    region: z.string(),
    accessKeyId: z.string(),
    secretAccessKey: z.string(),
    sessionToken: z.string(),
  })
  .transform(({ endpoint, region, ...credentials }) => ({ endpoint, region, credentials }));

/** For any AWS SDK client. */
export type Reach = z.infer<typeof served>;

export interface LocalCloud {
  readonly account: string;
  /** As the account's administrator. */
  readonly reach: Reach;
  stop(): Promise<void>;
}

/**
 * Packages this service as a deployment would, and serves the state folder of a demo with it beside the four services: the
 * local cloud's configuration is a list of folders with compiled templates.
 */
export async function serveWithExample(state: string, stage: string): Promise<LocalCloud> {
  const folder = join(state, 'example-reporting');
  const known = await configOf(state);
  await packageInto(folder, stage);
  const file = join(state, 'config-with-example.json');
  await writeFile(file, JSON.stringify({ ...known, templates: [...known.templates, folder] }));

  const [program, ...args] = [...NODE, LOCAL_CLOUD, 'serve', '--config', file, '--state', state];
  // It ends with its standard input.
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  const complaint = text(child.stderr);
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([first]) => String(first)),
    ended.then(async () => {
      throw new Error(`the local cloud does not serve ${state}: ${await complaint}`);
    }),
  ]);
  return {
    account: known.account,
    reach: served.parse(JSON.parse(line)),
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

/** What every local cloud has in its state folder, from its first start on. */
async function configOf(state: string): Promise<z.infer<typeof config>> {
  try {
    return config.parse(JSON.parse(await readFile(join(state, 'config.json'), 'utf8')));
  } catch (error) {
    throw new Error(`${state} is no demo's state folder: \`npm start\` fills one, --state names it`, { cause: error });
  }
}

async function packageInto(folder: string, stage: string): Promise<void> {
  const PATH = [join(EXAMPLE, 'node_modules', '.bin'), dirname(process.execPath), process.env['PATH']].join(delimiter);
  const child = spawn('serverless', ['package', '--stage', stage, '--package', folder], {
    cwd: EXAMPLE,
    env: { ...process.env, PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close') as Promise<[code: number | null]>;
  const [[code], ...said] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new Error(`the example cannot be packaged:\n${said.join('\n')}`);
}
