import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { startCloud } from './cloud.ts';
import { readConfig } from './config.ts';
import { watchRoom } from './room.ts';

const USAGE = 'usage: main.ts serve --config FILE --state DIR [--port N]';

/**
 * `serve`: one JSON line on stdout once the cloud serves (`endpoint`, `region` and the administrator's credentials);
 * everything else goes to `DIR/local-cloud.log`. Ends with its standard input, so that it does not outlive its parent; and,
 * as if it were killed, before the disk is full.
 */
async function main(): Promise<void> {
  const { config, state, port } = options();
  const folder = resolve(state);
  mkdirSync(folder, { recursive: true });
  await Promise.race([serve(config, folder, port), watchRoom(folder)]);
}

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

function options(): { config: string; state: string; port: number } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { config: { type: 'string' }, state: { type: 'string' }, port: { type: 'string', default: '0' } },
  });
  const port = Number(values.port);
  if (positionals.join() !== 'serve' || values.config === undefined || values.state === undefined)
    throw new Error(USAGE);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${values.port} is not a port; ${USAGE}`);
  return { config: values.config, state: values.state, port };
}

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`local cloud: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
