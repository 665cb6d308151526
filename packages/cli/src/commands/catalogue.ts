import { InvalidArgumentError, Option, type Command } from 'commander';
import { stringify } from 'yaml';
import { checkedCatalogue } from '@regulabel/shared/catalogue';
import type { CatalogueInput } from '@regulabel/contracts/ingest/catalogue.v1';
import { catalogueVersion } from '@regulabel/contracts/values';
import { findCatalogueInForce, publishCatalogue, readCatalogue } from '../catalogue.ts';
import { asWritten } from '../catalogueAsWritten.ts';
import { differenceOf, type CatalogueDifference } from '../catalogueDifference.ts';
import { checkCatalogueFile, named, readCatalogueFile } from '../catalogueFile.ts';
import { summaryOf, type CodeChange } from '../catalogueSummary.ts';
import { addCommand, exitWith, stageOption } from '../commandLine.ts';
import { CommandError } from '../errors.ts';
import { commandText, plural, print, printJson } from '../output.ts';
import { withSession, type CommonOptions } from './withSession.ts';

/** For commands that work with a catalogue: publishes one first. */
export const catalogueOption = (): Option =>
  new Option('--catalogue <file>', 'publishes this catalogue first, if it differs; nothing is trained again for it');

/** The catalogue that `--catalogue` names, checked before anything starts. */
export const givenCatalogue = ({ catalogue }: { readonly catalogue?: string }): Promise<CatalogueInput | undefined> =>
  catalogue === undefined ? Promise.resolve(undefined) : readCatalogueFile(catalogue);

export function declareCatalogue(program: Command): void {
  const parent = program.command('catalogue').description('the model lines and their code lists').exitOverride();
  addCommand(parent, 'validate', 'checks a catalogue file', 'catalogue validate catalogue.yml')
    .argument('<file>', 'YAML or JSON')
    .action(exitWith(validate));
  addCommand(
    parent,
    'publish',
    'stores a catalogue as a new version, which later runs use',
    'catalogue publish catalogue.yml',
  )
    .argument('<file>', 'YAML or JSON')
    .addOption(stageOption())
    .action(exitWith(publish));
  addCommand(parent, 'show', 'the catalogue in force, as YAML', 'catalogue show > catalogue.yml')
    .addOption(new Option('--version <version>', 'an earlier version').argParser(version))
    .addOption(stageOption())
    .action(exitWith(show));
}

function version(text: string): string {
  if (!catalogueVersion.safeParse(text).success)
    throw new InvalidArgumentError('It has to be a version such as 0123456789abcdef.');
  return text;
}

/** `catalogue validate FILE`: everything that is wrong with it, or what it holds. Needs no local cloud. */
async function validate(file: string, { json }: CommonOptions): Promise<number> {
  const { value, problems } = await checkCatalogueFile(file);
  if (problems.length > 0) {
    if (json) printJson({ file, valid: false, problems });
    else
      process.stderr.write(
        `${[...named(file, problems), `${file}: ${plural(problems.length, 'problem')}`].join('\n')}\n`,
      );
    return 1;
  }
  const summary = summaryOf(checkedCatalogue(value, file), new Date().toISOString().slice(0, 10));
  if (json) {
    printJson({ file, valid: true, problems, ...summary });
    return 0;
  }
  const { countries, lines, codes, languages, changes } = summary;
  print(
    `${file} is a valid catalogue: ${plural(countries, 'country', 'countries')}, ${plural(lines, 'line')}, ${plural(codes, 'code')}, ` +
      `languages: ${languages.length === 0 ? 'none named' : languages.join(' ')}`,
    ...(changes.length === 0 ? [] : ['codes that change within a year:']),
    ...changes.map((change) => `  ${changeText(change)}`),
  );
  return 0;
}

const changeText = ({ country, scheme, code, begins, ends, replacedBy }: CodeChange): string =>
  begins === undefined
    ? `${ends ?? ''}  ${country}/${scheme} ${code} ends${replacedBy === undefined ? '' : `, replaced by ${replacedBy}`}`
    : `${begins}  ${country}/${scheme} ${code} begins`;

/** `catalogue publish FILE`: the catalogue of all runs that start from now on. */
async function publish(file: string, options: CommonOptions): Promise<number> {
  const written = await readCatalogueFile(file);
  return withSession(options, async (session) => {
    const published = await publishCatalogue(session, written);
    if (!published.changed) {
      if (options.json) printJson(published);
      else print(`catalogue ${published.version} is in force already: nothing has changed`);
      return 0;
    }
    const { previousVersion } = published;
    const before = previousVersion === undefined ? undefined : await readCatalogue(session, previousVersion);
    const difference = differenceOf(before, checkedCatalogue(written, file));
    if (options.json) printJson({ ...published, difference });
    else print(`catalogue ${published.version} is in force${since(previousVersion)}`, ...describe(difference));
    return 0;
  });
}

const since = (previous: string | undefined): string => (previous === undefined ? '' : `; before it was ${previous}`);

const describe = ({ added, removed, codeLists, settings }: CatalogueDifference): string[] => [
  ...(added.length === 0 ? [] : [`  new lines: ${added.join(', ')}`]),
  ...(removed.length === 0 ? [] : [`  lines that are gone: ${removed.join(', ')}`]),
  ...codeLists.map((list) => {
    const parts = (['added', 'removed', 'changed'] as const).flatMap((kind) =>
      list[kind].length === 0 ? [] : [`${kind} ${inShort(list[kind])}`],
    );
    return `  codes of ${list.line}: ${parts.join('; ')}`;
  }),
  ...(settings.length === 0 ? [] : [`  other settings: ${settings.join(', ')}`]),
];

const NAMED_CODES = 10;
const inShort = (codes: readonly string[]): string =>
  codes.length <= NAMED_CODES
    ? codes.join(', ')
    : `${codes.slice(0, NAMED_CODES).join(', ')} and ${codes.length - NAMED_CODES} more`;

/** `catalogue show`: the catalogue in force, or an earlier one, as `catalogue publish` takes it. */
async function show(options: CommonOptions & { readonly version?: string }): Promise<number> {
  return withSession({ ...options, existing: true }, async (session) => {
    const shown = options.version ?? (await findCatalogueInForce(session))?.version;
    if (shown === undefined)
      throw new CommandError(
        `no catalogue is in force yet: \`${commandText('catalogue publish FILE', options)}\` makes one so`,
      );
    const catalogue = await readCatalogue(session, shown);
    if (options.json) printJson({ version: shown, catalogue });
    else
      print(
        `# version ${shown}`,
        stringify(asWritten(catalogue), { aliasDuplicateObjects: false, lineWidth: 0 }).trimEnd(),
      );
    return 0;
  });
}
