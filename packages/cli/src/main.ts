import { Command, InvalidArgumentError, Option } from 'commander';
import { demo, type DemoOptions } from './commands/demo.ts';
import { predictionsExport, type ExportOptions } from './commands/predictionsExport.ts';
import { run, type RunOptions } from './commands/run.ts';
import { status } from './commands/status.ts';
import { up, type UpOptions } from './commands/up.ts';
import { winners } from './commands/winners.ts';
import type { CommonOptions } from './commands/withSession.ts';
import { DEMO_COUNTRIES } from './demo/lines.ts';
import { CommandError } from './errors.ts';

const FAILED = 1;
const USAGE = 2;

const program = new Command('regulabel')
  .description(
    'Trains, compares and uses a text classifier per country and scheme; on one machine, on an embedded local AWS.',
  )
  .showHelpAfterError('(--help shows the options)')
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => {
      write(text);
    },
  });

const command = (name: string, description: string, example: string): Command =>
  program
    .command(name)
    .description(description)
    .option('--state <dir>', 'folder with everything that the local cloud keeps', '.regulabel')
    .option('--json', 'one JSON document on stdout', false)
    .addHelpText('after', `\nExample:\n  npm run -s regulabel -- ${example}`)
    .exitOverride();

let code = 0;
/** Runs a command's work; what it answers is the exit code. */
const exitWith =
  <Arguments extends unknown[]>(work: (...args: Arguments) => Promise<number>) =>
  async (...args: Arguments): Promise<void> => {
    code = await work(...args);
  };

command(
  'demo',
  'what `npm start` runs: the next synthetic month through the whole pipeline',
  'demo --countries DE --labelled 2000 --sold 500',
)
  .addOption(new Option('--countries <list>', 'countries, separated by commas').argParser(countries))
  .option('--labelled <n>', 'labelled items in the first month (later ones bring a quarter)', count, 6000)
  .option('--sold <n>', 'items sold in the month', count, 4000)
  .option('--trials <n>', 'trials per model line, 1 to 100', between(1, 100), 3)
  .option('--seed <n>', 'of the synthetic data', count, 1)
  .action(exitWith((options: DemoOptions) => demo(options)));

command('run', 'fires the schedule now and waits until the run is closed', 'run inference --month 2026-01')
  .addArgument(program.createArgument('<purpose>', 'what the run is for').choices(['training', 'inference']))
  .addOption(
    new Option('--month <month>', 'the month to label, YYYY-MM (default: the last complete one)').argParser(month),
  )
  .action(
    exitWith((purpose: 'training' | 'inference', options: RunOptions, self: Command) => {
      if (purpose === 'training' && options.month !== undefined) {
        self.error('error: training learns from all labelled items: only `run inference` takes --month');
      }
      return run(purpose, options);
    }),
  );

command('status', 'where every line of a run stands, what failed and why', 'status')
  .argument('[run]', 'a run id; without it the latest run of each purpose')
  .action(exitWith((runId: string | undefined, options: CommonOptions) => status(runId, options)));

command('winners', 'the model in production for each line', 'winners --json').action(
  exitWith((options: CommonOptions) => winners(options)),
);

const predictions = program.command('predictions').description('the labels given to sold items').exitOverride();
predictions
  .command('export')
  .description('one CSV row per item and scheme')
  .option('--state <dir>', 'folder with everything that the local cloud keeps', '.regulabel')
  .option('--json', 'one JSON document on stdout', false)
  .option('--run <run>', 'an inference run (default: the last closed one)')
  .requiredOption('--out <file>', 'the CSV file to write')
  .addHelpText('after', '\nExample:\n  npm run -s regulabel -- predictions export --out predictions.csv')
  .exitOverride()
  .action(exitWith((options: ExportOptions) => predictionsExport(options)));

command('up', 'serves the local cloud and stays up; prints the endpoint', 'up --port 4566')
  .option('--port <n>', 'loopback port; 0 takes a free one', between(0, 65535), 4566)
  .action(exitWith((options: UpOptions) => up(options)));

function count(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0 || text.trim() === '')
    throw new InvalidArgumentError('It has to be a whole number, 0 or more.');
  return value;
}

function between(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = count(text);
    if (value < least || value > most) throw new InvalidArgumentError(`It has to be from ${least} to ${most}.`);
    return value;
  };
}

function countries(text: string): string[] {
  const names = text.split(',');
  const unknown = names.find((name) => !(name in DEMO_COUNTRIES));
  if (unknown === undefined) return names;
  throw new InvalidArgumentError(`The demo has ${Object.keys(DEMO_COUNTRIES).join(', ')}, not "${unknown}".`);
}

function month(text: string): string {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) throw new InvalidArgumentError('It has to be a month such as 2026-01.');
  return text;
}

// Whoever started this is gone, killed perhaps: nobody watches any more. What is under way goes on at the next start.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(FAILED);
}, 500).unref();

try {
  await program.parseAsync();
  process.exitCode = code;
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong, once; answers the exit code. */
function report(error: unknown): number {
  // Commander has said it already: help that was asked for, or a wrong word.
  if (error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number')
    return error.exitCode === 0 ? 0 : USAGE;
  const text =
    error instanceof CommandError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stderr.write(`regulabel: ${text}\n`);
  return FAILED;
}
