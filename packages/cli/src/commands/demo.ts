import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CatalogueInput } from '@regulabel/contracts/ingest/catalogue.v1';
import { publishCatalogue } from '../catalogue.ts';
import { addCommand, between, count, exitWith } from '../commandLine.ts';
import { demoCatalogue, demoCountries, demoCountriesOf, DEMO_COUNTRIES } from '../demo/countries.ts';
import { loadMonth, warehouseMonths } from '../demo/warehouse.ts';
import type { LocalSession } from '../local/localSession.ts';
import { openInbox } from '../messages.ts';
import { commandText, labelled, number, plural, print, printJson } from '../output.ts';
import { readRun } from '../runs/readRuns.ts';
import { runIdOf, type RunRequest } from '../runs/runRequest.ts';
import { startRun } from '../runs/startRun.ts';
import { summaryOf } from '../runs/summary.ts';
import { pause } from '../runs/waitForRun.ts';
import { catalogueOption, givenCatalogue } from './catalogue.ts';
import { exitCode, finishRun, messagesFolder } from './run.ts';
import { withLocalCloud, type CommonOptions } from './withSession.ts';

interface DemoOptions extends CommonOptions {
  readonly countries?: readonly string[];
  readonly catalogue?: string;
  readonly labelled: number;
  readonly sold: number;
  readonly trials: number;
  readonly seed: number;
}

const FIRST_MONTH = '2026-01';
/** Later months bring fewer new labels than the first one had to begin with. */
const LATER_LABELS = 0.25;
const DEADLINE_MS = 30 * 60 * 1000;

export const declareDemo = (program: Command): Command =>
  addCommand(
    program,
    'demo',
    'what `npm start` runs: the next synthetic month through the whole pipeline',
    'demo --countries DE --labelled 2000 --sold 500',
  )
    .addOption(new Option('--countries <list>', 'countries, separated by commas').argParser(countriesOfList))
    .addOption(catalogueOption().conflicts(['countries', 'trials']))
    .option('--labelled <n>', 'labelled items in the first month (later ones bring a quarter)', count, 18_000)
    .option('--sold <n>', 'items sold in the month', count, 8000)
    .option('--trials <n>', 'trials per model line, 1 to 100', between(1, 100), 2)
    .option('--seed <n>', 'of the synthetic data', count, 1)
    .action(exitWith(demo));

function countriesOfList(text: string): string[] {
  const names = text.split(',');
  const unknown = names.find((name) => !Object.hasOwn(DEMO_COUNTRIES, name));
  if (unknown === undefined) return names;
  throw new InvalidArgumentError(`The demo has ${Object.keys(DEMO_COUNTRIES).join(', ')}, not "${unknown}".`);
}

/** The main job: the next synthetic month goes through the whole pipeline; an unfinished one is finished first. */
async function demo(options: DemoOptions): Promise<number> {
  const given = await givenCatalogue(options);
  const countries = given === undefined ? demoCountries(options.countries) : demoCountriesOf(given);
  return withLocalCloud({ ...options, goOn: 'the same command goes on where it was' }, async (session, progress) => {
    const inbox = await openInbox(session, messagesFolder(options));
    const deadline = new Date(Date.now() + DEADLINE_MS);
    const month = await monthToRun(session);
    if (month.loaded) {
      progress.say(`going on with ${month.month}`);
    } else {
      const catalogue = given ?? demoCatalogue(countries, options.trials);
      const { version } = await publishCatalogue(session, catalogue);
      const labelled = month.age === 0 ? options.labelled : Math.ceil(options.labelled * LATER_LABELS);
      progress.say(
        `month ${month.month}: ${number(labelled)} labelled and ${number(options.sold)} sold items in ${inCountries(catalogue)}, catalogue ${version}`,
      );
      await loadMonth(session, { ...month, seed: options.seed, countries, labelled, sold: options.sold });
    }
    const runOf = async (purpose: RunRequest['purpose']) => {
      const request = demoRun(purpose, month.month);
      if (!(await readRun(session, runIdOf(request)))) await startRun(session, request, pause);
      return finishRun(session, progress, inbox, { runId: runIdOf(request), deadline });
    };
    const training = await runOf('training');
    if (!options.json) print(...(await summaryOf(session, training, options)), '');
    const inference = await runOf('inference');
    if (options.json) printJson({ training, inference });
    else print(...(await summaryOf(session, inference, options)), '', ...whereToLook(options));
    return exitCode(training, inference);
  });
}

/** `38 countries, 60 lines`. */
function inCountries({ countries }: CatalogueInput): string {
  const schemes = Object.values(countries).map((country) => Object.keys(country.schemes).length);
  return `${plural(schemes.length, 'country', 'countries')}, ${plural(
    schemes.reduce((sum, each) => sum + each, 0),
    'line',
  )}`;
}

/** The month that is not through yet, or else the one after the last. */
async function monthToRun(session: LocalSession): Promise<{ month: string; age: number; loaded: boolean }> {
  const months = await warehouseMonths(session);
  const last = months.at(-1);
  if (last === undefined) return { month: FIRST_MONTH, age: 0, loaded: false };
  const states = await Promise.all(
    (['training', 'inference'] as const).map((purpose) => readRun(session, runIdOf(demoRun(purpose, last)))),
  );
  const through = states.every((state) => state?.run.status === 'closed');
  return through
    ? { month: nextMonth(last), age: months.length, loaded: false }
    : { month: last, age: months.length - 1, loaded: true };
}

export function nextMonth(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${(number + 1).toString().padStart(2, '0')}`;
}

/** A demo's run is named by its month and scheduled for the first day after it. */
const demoRun = (purpose: RunRequest['purpose'], month: string): RunRequest => ({
  purpose,
  scheduledTime: new Date(`${nextMonth(month)}-01T02:00:00Z`),
  token: `demo-${month}`,
  ...(purpose === 'inference' ? { month } : {}),
});

const whereToLook = (options: DemoOptions): string[] => [
  ...labelled('messages', messagesFolder(options)),
  ...labelled('winners', commandText('winners', options)),
  ...labelled('next month', options.state === '.regulabel' ? 'npm start' : commandText('demo', options)),
  ...labelled('local AWS', commandText('up', options)),
];
