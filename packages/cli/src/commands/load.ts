import { Option, type Command } from 'commander';
import { publishCatalogue } from '../catalogue.ts';
import { addCommand, exitWith, month } from '../commandLine.ts';
import { CommandError } from '../errors.ts';
import { ENCODINGS, type Encoding } from '../load/decode.ts';
import { load, type LoadReport } from '../load/load.ts';
import { REASONS } from '../load/row.ts';
import { checkFile } from '../load/source.ts';
import type { Kind } from '../load/tables.ts';
import { number, plural, print, printJson } from '../output.ts';
import { catalogueOption, givenCatalogue } from './catalogue.ts';
import { withLocalCloud, type CommonOptions } from './withSession.ts';

interface LoadOptions extends CommonOptions {
  readonly encoding: Encoding;
  readonly again: boolean;
  readonly month?: string;
  readonly catalogue?: string;
}

const COLUMNS = {
  labelled: 'item_id, country, title, scheme and code; description, brand and labelled_at if you have them',
  sold: 'item_id, country and title; description, brand, quantity (1) and sold_on if you have them',
};

export function declareLoad(program: Command): void {
  const parent = program.command('load').description('your own items, from CSV or Parquet').exitOverride();
  const declare = (kind: Kind, what: string): Command =>
    addCommand(parent, kind, what, `load ${kind} ${kind}.csv`)
      .argument('<file>', `CSV (comma, semicolon or tab) or Parquet, with ${COLUMNS[kind]}`)
      .addOption(
        new Option('--encoding <name>', 'of a CSV file without a byte order mark')
          .choices(ENCODINGS)
          .default('utf-8' satisfies Encoding),
      )
      .addOption(catalogueOption())
      .option('--again', 'load a file that was loaded before once more', false)
      .action(exitWith((file: string, options: LoadOptions) => loadFile(kind, file, options)));
  declare('labelled', 'items with the codes that people gave them: what models learn from');
  declare('sold', 'items that were sold: what `run inference` labels').addOption(
    new Option(
      '--month <month>',
      'when rows without sold_on were sold, YYYY-MM (default: the last complete one)',
    ).argParser(month),
  );
}

/** `load labelled FILE` and `load sold FILE`. */
async function loadFile(kind: Kind, file: string, options: LoadOptions): Promise<number> {
  await checkFile(file);
  const catalogue = await givenCatalogue(options);
  return withLocalCloud(options, async (session) => {
    if (catalogue !== undefined) await publishCatalogue(session, catalogue);
    const counter = rowCounter(process.stderr);
    const request = { ...options, kind, file, month: options.month ?? lastCompleteMonth(new Date()) };
    const report = await load(session, request, counter.show).finally(counter.clear);
    if (options.json) printJson(report);
    else print(...describe(report));
    if (report.accepted > 0) return 0;
    throw new CommandError(`nothing was loaded: no row of ${file} can be`);
  });
}

export function lastCompleteMonth(now: Date): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1)).toISOString().slice(0, 7);
}

export function describe({ table, file, rows, accepted, ...report }: LoadReport): string[] {
  return [
    `${file}: ${plural(rows, 'row')} read, ${number(accepted)} loaded into ${table}, ${number(rows - accepted)} rejected`,
    ...report.rejected.flatMap(({ reason, rows: count, examples }) => [
      `  ${number(count)} x ${reason}: ${REASONS[reason]}`,
      ...examples.map(({ line, detail }) => `      line ${number(line)}${detail === '' ? '' : `: ${detail}`}`),
    ]),
    ...(report.rejectedFile === undefined
      ? []
      : [`rejected rows: ${report.rejectedFile} (put right, it can be loaded)`]),
    ...report.unknownCodes.map(
      ({ country, scheme, rows: count, examples }) =>
        `warning: ${plural(count, 'row')} of ${country}/${scheme} with a code that is not in its list (${examples.join(', ')}): no model will learn from them`,
    ),
    ...(report.ignoredColumns.length === 0 ? [] : [`ignored columns: ${report.ignoredColumns.join(', ')}`]),
    ...(report.undated === undefined
      ? []
      : [`${plural(report.undated.rows, 'row')} without sold_on, taken as sold in ${report.undated.month}`]),
    ...(accepted === 0 ? [] : [next(table, report.undated?.month)]),
  ];
}

const next = (table: LoadReport['table'], month: string | undefined): string =>
  table === 'labelled_items'
    ? 'next: `run training`'
    : `next: \`run inference --month ${month ?? 'YYYY-MM'}\`, then \`predictions export --out FILE.csv\``;

const SHOW_EVERY_MS = 200;

/** Counts in place on a terminal; says nothing elsewhere. */
function rowCounter(stream: NodeJS.WriteStream): { show: (rows: number) => void; clear: () => void } {
  if (!stream.isTTY) return { show: () => undefined, clear: () => undefined };
  let shown = 0;
  return {
    show: (rows) => {
      if (Date.now() - shown < SHOW_EVERY_MS) return;
      shown = Date.now();
      stream.write(`\r\u001b[K${number(rows)} rows read`);
    },
    clear: () => void stream.write('\r\u001b[K'),
  };
}
