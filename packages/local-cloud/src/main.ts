import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startCloud } from './cloud.ts';
import { readConfig } from './config.ts';
import { lockStateDir } from './lock.ts';
import { watchRoom } from './room.ts';
import { Store } from './store.ts';
import { permissionsOf } from './uses.ts';

const USAGE = 'usage: main.ts serve --config FILE --state DIR [--port N], or main.ts permissions --state DIR';

/**
 * `serve`: one JSON line on stdout once the cloud serves (`endpoint`, `region` and the administrator's credentials);
 * everything else goes to `DIR/local-cloud.log`. Ends with its standard input, so that it does not outlive its parent; and,
 * as if it were killed, before the disk is full.
 */
async function serve(config: string, state: string, port: number): Promise<void> {
  const ended = toldToEnd();
  const cloud = await startCloud(readConfig(config), state, port);
  const { endpoint, region, administrator } = cloud;
  process.stdout.write(`${JSON.stringify({ endpoint, region, ...administrator })}\n`);
  await ended;
  await cloud.stop();
}

/** Settles at SIGTERM, SIGINT, or the end of standard input. */
function toldToEnd(): Promise<undefined> {
  const { promise, resolve: end } = Promise.withResolvers<undefined>();
  const told = (): void => {
    end(undefined);
  };
  process.once('SIGTERM', told).once('SIGINT', told);
  process.stdin.once('close', told).resume();
  return promise;
}

/** `permissions`: what roles are allowed, and whether a call needed it, as JSON lines on stdout. The cloud must have stopped. */
async function permissions(stateDir: string): Promise<void> {
  const file = join(stateDir, 'state.sqlite');
  if (!existsSync(file)) throw new Error(`${stateDir} is no state folder: it has no state.sqlite`);
  const unlock = await lockStateDir(stateDir);
  const store = new Store(file);
  const lines = permissionsOf(store).map((permission) => `${JSON.stringify(permission)}\n`);
  store.close();
  unlock();
  // The process ends at once: a pipe has to have taken it all before.
  const { promise, resolve: taken } = Promise.withResolvers<undefined>();
  process.stdout.write(lines.join(''), () => {
    taken(undefined);
  });
  await promise;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { config: { type: 'string' }, state: { type: 'string' }, port: { type: 'string' } },
  });
  const { config, state, port: given = '0' } = values;
  const command = positionals.join(' ');
  if (command === 'permissions' && state !== undefined && config === undefined && values.port === undefined) {
    await permissions(resolve(state));
    return;
  }
  if (command !== 'serve' || config === undefined || state === undefined) throw new Error(USAGE);
  const port = Number(given);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port ${given} is not a port; ${USAGE}`);
  const folder = resolve(state);
  mkdirSync(folder, { recursive: true });
  await Promise.race([serve(config, folder, port), watchRoom(folder)]);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`local cloud: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
