import { once } from 'node:events';
import type { Command } from 'commander';
import { addCommand, between, exitWith } from '../commandLine.ts';
import { CommandError } from '../errors.ts';
import { openLocalCloud, servedAlready } from '../local/localCloud.ts';
import { print, printJson } from '../output.ts';
import { createProgress } from '../progress.ts';
import { assumeOperator } from '../session.ts';
import type { CommonOptions } from './withSession.ts';

interface UpOptions extends CommonOptions {
  readonly port: number;
}

export const declareUp = (program: Command): Command =>
  addCommand(program, 'up', 'serves the local cloud and stays up; prints the endpoint', 'up --port 4566')
    .option('--port <n>', 'loopback port; 0 takes a free one', between(0, 65535), 4566)
    .action(exitWith(up));

/** `up`: serves the local cloud until it is told to stop, and says how to reach it. */
async function up(options: UpOptions): Promise<number> {
  const other = await servedAlready(options.state);
  if (other) throw new CommandError(`${options.state} is served already, at ${other.endpoint}`);
  const progress = createProgress(process.stderr);
  const cloud = await openLocalCloud({ ...options, say: progress.say });
  const stop = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const { sessionToken, ...keys } = await assumeOperator(cloud);
  if (options.json) {
    printJson({ endpoint: cloud.endpoint, region: cloud.region, ...keys, sessionToken });
  } else {
    print(
      `the local cloud serves at ${cloud.endpoint}; these are the operator's credentials:`,
      '',
      `  export AWS_ENDPOINT_URL=${cloud.endpoint} AWS_REGION=${cloud.region} AWS_DEFAULT_REGION=${cloud.region}`,
      `  export AWS_ACCESS_KEY_ID=${keys.accessKeyId} AWS_SECRET_ACCESS_KEY=${keys.secretAccessKey}`,
      `  export AWS_SESSION_TOKEN=${sessionToken}`,
      `  aws stepfunctions list-state-machines --endpoint-url ${cloud.endpoint}`,
      '',
      'Ctrl-C stops it.',
    );
  }
  const ended = await Promise.race([stop.then(() => undefined), cloud.ended]);
  if (ended !== undefined) throw new CommandError(`the local cloud stopped: ${ended}`);
  await cloud.stop();
  return 0;
}
