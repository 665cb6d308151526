import { collect } from './collect.ts';
import { JobFailure, UsageError } from './failure.ts';
import { jobFiles, writeMessage } from './files.ts';
import type { JobFiles } from './files.ts';
import { prepareInference } from './prepareInference.ts';
import { prepareTraining } from './prepareTraining/program.ts';
import { score } from './score/program.ts';
import { ContractError } from '@regulabel/shared/errors';

/** The program that a processing job runs: `[command, '--flag', 'value', ...]` are its container arguments. */
type Program = (args: readonly string[], files: JobFiles) => Promise<object>;

const programs: Readonly<Record<string, Program>> = {
  'prepare-training': prepareTraining,
  'prepare-inference': prepareInference,
  collect,
  score,
};

async function run([command = '', ...args]: readonly string[], files: JobFiles): Promise<void> {
  const program = Object.hasOwn(programs, command) ? programs[command] : undefined;
  if (program === undefined) {
    throw new UsageError(`unknown command "${command}"; there are ${Object.keys(programs).join(', ')}`);
  }
  const message = JSON.stringify(await program(args, files));
  writeMessage(files, message);
  process.stdout.write(`${message}\n`);
}

const files = jobFiles(process.env['SAGEMAKER_BASE_DIR'] ?? '/opt/ml');
try {
  await run(process.argv.slice(2), files);
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  const expected = error instanceof JobFailure || error instanceof UsageError || error instanceof ContractError;
  process.stderr.write(`${expected || !(error instanceof Error) ? reason : (error.stack ?? reason)}\n`);
  writeMessage(files, reason);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
