import { ContractError } from '@regulabel/contracts/parse';
import { collect } from './collect.ts';
import { JobFailure, UsageError } from './failure.ts';
import { writeMessage } from './files.ts';
import type { JobFiles } from './files.ts';
import { prepareInference } from './prepareInference.ts';
import { prepareTraining } from './prepareTraining/program.ts';
import { score } from './score/program.ts';

/** The programs that a processing job runs: `[command, '--flag', 'value', ...]` are its container arguments. */
const programs: Readonly<Record<string, (args: readonly string[], files: JobFiles) => Promise<object>>> = {
  'prepare-training': prepareTraining,
  'prepare-inference': prepareInference,
  collect,
  score,
};

/**
 * Runs one program and leaves its result, or the reason of its failure, as the exit message. Returns the exit code: 0, 1 for
 * a failure, 2 for a call that no program knows.
 */
export async function run(
  [command = '', ...args]: readonly string[],
  files: JobFiles,
  complain: (reason: string) => void,
): Promise<number> {
  try {
    const program = Object.hasOwn(programs, command) ? programs[command] : undefined;
    if (program === undefined) {
      throw new UsageError(`unknown command "${command}"; there are ${Object.keys(programs).join(', ')}`);
    }
    writeMessage(files, JSON.stringify(await program(args, files)));
    return 0;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const foreseen = [JobFailure, UsageError, ContractError].some((kind) => error instanceof kind);
    complain(foreseen || !(error instanceof Error) ? reason : (error.stack ?? reason));
    writeMessage(files, reason);
    return error instanceof UsageError ? 2 : 1;
  }
}
