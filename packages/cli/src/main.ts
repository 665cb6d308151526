import { Command } from 'commander';
import { declareCatalogue } from './commands/catalogue.ts';
import { declareDemo } from './commands/demo.ts';
import { declareDlq } from './commands/dlq.ts';
import { declareLoad } from './commands/load.ts';
import { declarePredictions } from './commands/predictionsExport.ts';
import { declareRedrive } from './commands/redrive.ts';
import { declareRun } from './commands/run.ts';
import { declareStatus } from './commands/status.ts';
import { declareUp } from './commands/up.ts';
import { declareWinners } from './commands/winners.ts';
import { INTERRUPTED, InterruptedError, told } from './errors.ts';

const FAILED = 1;
const USAGE = 2;

const program = new Command('regulabel')
  .description(
    'Trains, compares and uses a text classifier per country and scheme: on one machine, on an embedded local AWS, or, with --stage, on a deployed stage.',
  )
  .showHelpAfterError('(--help shows the options)')
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => {
      write(text);
    },
  });

for (const declare of [
  declareDemo,
  declareLoad,
  declareRun,
  declareStatus,
  declareWinners,
  declareCatalogue,
  declarePredictions,
  declareDlq,
  declareRedrive,
  declareUp,
]) {
  declare(program);
}

// Whoever started this is gone, killed perhaps: nobody watches any more. What is under way goes on at the next start.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(FAILED);
}, 500).unref();

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
  // What was under way goes on asking a cloud that another command serves.
  if (error instanceof InterruptedError) process.exit();
}

/** Says what went wrong, once; answers the exit code. */
function report(error: unknown): number {
  // Commander has said it already: help that was asked for, or a wrong word.
  if (error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number')
    return error.exitCode === 0 ? 0 : USAGE;
  process.stderr.write(`regulabel: ${told(error)}\n`);
  return error instanceof InterruptedError ? INTERRUPTED : FAILED;
}
