import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod';
import { CommandError } from '../errors.ts';
import { cloudConfig } from './cloudConfig.ts';
import { packageServices } from './packageServices.ts';
import { BUILD, REPOSITORY } from './place.ts';
import { configFile } from './stateFolder.ts';

const served = z.object({
  endpoint: z.url(),
  region: z.string(),
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  sessionToken: z.string().optional(),
});
export type Served = z.infer<typeof served>;

/** A local cloud that serves, ours or another command's; `stop` ends it only if it is ours. */
export interface LocalCloud extends Served {
  readonly ours: boolean;
  stop(): Promise<void>;
  /** Settles when our local cloud ends by itself, with what it said last. */
  readonly ended: Promise<string>;
}

export interface LocalCloudOptions {
  readonly state: string;
  readonly port: number;
  readonly say: (line: string) => void;
  /** The folders of the templates to deploy, once the services are packaged; without it, all services'. */
  readonly templates?: () => Promise<string[]>;
}

/** How long a command waits for one that is starting on the same folder, or on its way out. */
const PATIENCE_MS = 60_000;

const endpointFile = (state: string): string => join(state, 'endpoint.json');

/** The local cloud of a state folder: the one that serves it already, or a new one. */
export async function openLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const state = resolve(options.state);
  const deadline = Date.now() + PATIENCE_MS;
  for (let said = false; ;) {
    const other = await servedAlready(state);
    if (other) return { ...other, ours: false, stop: () => Promise.resolve(), ended: new Promise(() => undefined) };
    try {
      return await startLocalCloud({ ...options, state });
    } catch (error) {
      if (!(error instanceof HeldError) || Date.now() > deadline) throw error;
      if (!said) options.say(`another command is starting on ${state}; waiting for it ...`);
      said = true;
    }
  }
}

/** Another process has the state folder, and may not serve yet. */
class HeldError extends CommandError {}

/** What serves the state folder now, if anything does. */
export async function servedAlready(state: string): Promise<Served | undefined> {
  const text = await readFile(endpointFile(resolve(state)), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const known = served.safeParse(JSON.parse(text));
  if (!known.success) return undefined;
  const client = new STSClient({ ...administratorOf(known.data), maxAttempts: 1 });
  try {
    await client.send(new GetCallerIdentityCommand({}));
    return known.data;
  } catch {
    // Nobody answers there any more: what is left is the file of a server that was killed.
    return undefined;
  } finally {
    client.destroy();
  }
}

/** Explicit endpoint and credentials, for any AWS SDK client: whatever the environment holds, nothing leaves this machine. */
export const administratorOf = ({ endpoint, region, accessKeyId, secretAccessKey, sessionToken }: Served) => ({
  endpoint,
  region,
  credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
});

async function startLocalCloud({ state, port, say, templates }: LocalCloudOptions): Promise<LocalCloud> {
  try {
    await mkdir(state, { recursive: true });
  } catch (error) {
    throw new CommandError(`--state ${state} is no folder, and none can be made there`, { cause: error });
  }
  await packageServices(say);
  const config = configFile(state);
  const whole = await cloudConfig(availableParallelism());
  await writeWhole(config, JSON.stringify({ ...whole, ...(templates && { templates: await templates() }) }, null, 2));
  say('starting the local cloud ...');
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(REPOSITORY, 'packages', 'local-cloud', 'src', 'main.ts'),
      'serve',
      ...['--config', config, '--state', state, '--port', String(port)],
    ],
    // Its standard input is ours: when we are gone, however that happened, it sees the end of it and stops.
    { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, NODE_COMPILE_CACHE: join(BUILD, 'compile-cache') } },
  );
  const words: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    words.push(line);
    if (words.length > 20) words.shift();
  });
  const ended = once(child, 'close').then(() => words.join('\n').replace(/^local cloud: /, ''));
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([first]) => String(first)),
    ended.then((said) => {
      if (said.includes('EADDRINUSE')) {
        throw new CommandError(`port ${port} is in use: --port N takes another one, --port 0 any that is free`);
      }
      if (said.includes('is being served by another process')) throw new HeldError(said);
      throw new CommandError(`the local cloud did not start: ${said === '' ? 'it said nothing' : said}`);
    }),
  ]);
  const known = served.parse(JSON.parse(line));
  await writeWhole(endpointFile(state), JSON.stringify(known));
  return {
    ...known,
    ours: true,
    ended,
    stop: async () => {
      await rm(endpointFile(state), { force: true });
      child.stdin.end();
      await ended;
    },
  };
}

/** Only we may read it, and nobody half of it: other commands look at any time. */
async function writeWhole(file: string, text: string): Promise<void> {
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, text, { mode: 0o600 });
  await rename(partial, file);
}
