import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { Option, type Command } from 'commander';
import { addCommand, between, exitWith } from '../commandLine.ts';
import { CommandError } from '../errors.ts';
import { forgetState, stateOfService, templatesAround } from '../examples/alone.ts';
import { Player } from '../examples/play.ts';
import { administratorOf, openLocalCloud, servedAlready, type LocalCloud, type Served } from '../local/localCloud.ts';
import { localOperator } from '../local/localSession.ts';
import { SERVICES } from '../local/place.ts';
import { print, printJson } from '../output.ts';
import { watchSources, type Sources } from '../watch/sources.ts';
import { watch } from '../watch/watch.ts';
import type { CommonOptions } from './withSession.ts';

interface UpOptions extends CommonOptions {
  readonly port: number;
  readonly watch: boolean;
  readonly service?: string;
}

export const declareUp = (program: Command): Command =>
  addCommand(program, 'up', 'serves the local cloud and stays up; prints the endpoint', 'up --port 4566')
    .option('--port <n>', 'loopback port; 0 takes a free one', between(0, 65535), 4566)
    .option('--watch', 'swaps handlers and state machines when their sources change; what is under way goes on', false)
    .addOption(
      new Option(
        '--service <name>',
        'this service alone, on its example events; begins afresh, in a folder of its own below --state',
      ).choices(SERVICES),
    )
    .addHelpText(
      'after',
      [
        '  npm run -s regulabel -- up --watch                     # edit a service: seconds later it runs',
        '  npm run -s regulabel -- up --service training --watch  # and its examples are played again',
      ].join('\n'),
    )
    .action(exitWith(up));

/** `up`: serves the local cloud until it is told to stop, and says how to reach it. */
async function up(options: UpOptions): Promise<number> {
  const { service } = options;
  const state = service === undefined ? options.state : stateOfService(options.state, service);
  const other = await servedAlready(state);
  if (other) throw servedBy(other, state);
  // Before anything is compiled: what changes from here on is not missed.
  const sources = options.watch ? watchSources() : undefined;
  try {
    if (service !== undefined) await forgetState(state);
    const templates = service === undefined ? {} : { templates: () => templatesAround(service, state) };
    const cloud = await openLocalCloud({ state, port: options.port, say, ...templates });
    if (!cloud.ours) throw servedBy(cloud, state);
    try {
      await stayUp(cloud, { options, state, sources });
    } finally {
      await cloud.stop();
    }
  } finally {
    sources?.close();
  }
  return 0;
}

const servedBy = ({ endpoint }: Served, state: string): CommandError =>
  new CommandError(`${state} is served already, at ${endpoint}`);

async function stayUp(
  cloud: LocalCloud,
  { options, state, sources }: { options: UpOptions; state: string; sources: Sources | undefined },
): Promise<void> {
  const { service } = options;
  const stop = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const crashed = cloud.ended.then((said) => {
    throw new CommandError(`the local cloud stopped: ${said}`);
  });
  await tell(cloud, options);
  const player = service === undefined ? undefined : await Player.of(service, { cloud, state, show: shown(options) });
  const work = [player?.observe(), player?.play(), sources && keepSwapping(sources, cloud, { service, player })];
  await Promise.race([stop, crashed, Promise.all([stop, ...work])]);
  player?.close();
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

const keepSwapping = (
  sources: Sources,
  cloud: LocalCloud,
  { service, player }: { service: string | undefined; player: Player | undefined },
): Promise<void> =>
  watch(sources, {
    services: service === undefined ? SERVICES : [service],
    cloud,
    say,
    then: () => void player?.play(),
  });

async function tell(cloud: LocalCloud, { json }: UpOptions): Promise<void> {
  const { sessionToken, ...keys } = await localOperator(cloud);
  if (json) {
    const { credentials: administrator } = administratorOf(cloud);
    printJson({ endpoint: cloud.endpoint, region: cloud.region, ...keys, sessionToken, administrator });
    return;
  }
  print(
    `the local cloud serves at ${cloud.endpoint}; these are the operator's credentials:`,
    '',
    `  export AWS_ENDPOINT_URL=${cloud.endpoint} AWS_REGION=${cloud.region} AWS_DEFAULT_REGION=${cloud.region}`,
    `  export AWS_ACCESS_KEY_ID=${keys.accessKeyId} AWS_SECRET_ACCESS_KEY=${keys.secretAccessKey}`,
    `  export AWS_SESSION_TOKEN=${sessionToken}`,
    `  aws stepfunctions list-state-machines --endpoint-url ${cloud.endpoint}`,
    '',
    "What an operator may not do, the account's administrator may: `up --json` prints both. Ctrl-C stops it.",
  );
}

/** Where observations go: beside the one document of `--json`, else to stdout. */
const shown = ({ json }: UpOptions) => {
  const stream = json ? process.stderr : process.stdout;
  return (kind: string, says: string): void => {
    const line = `${new Date().toTimeString().slice(0, 8)}  ${kind.padEnd(9)}  ${stripVTControlCharacters(says)}`;
    stream.write(`${stream.isTTY ? line.slice(0, stream.columns - 1) : line}\n`);
  };
};
