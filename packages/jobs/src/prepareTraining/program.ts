import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import type { LineSettings } from '@regulabel/contracts/ingest/catalogue.v1';
import { prepareTrainingMessage, prepareTrainingReport } from '@regulabel/shared/jobs/prepareTraining';
import type { PrepareTrainingMessage } from '@regulabel/shared/jobs/prepareTraining';
import { country, lineName, scheme } from '@regulabel/contracts/values';
import { parseJson, parseStrictly } from '@regulabel/contracts/parse';
import * as z from 'zod';
import { withDatabase } from '../database.ts';
import { JobFailure } from '../failure.ts';
import { filesBelow } from '../files.ts';
import type { JobFiles } from '../files.ts';
import { countFlag, parseOptions } from '../options.ts';
import { codeListHash } from './codes.ts';
import { readLine } from './intake.ts';
import { summarise, verdict } from './report.ts';
import { select } from './selection.ts';
import { writeParts } from './write.ts';

const flags = z.object({
  country,
  scheme,
  'as-of': z.iso.date(),
  /** Rows of the dataset, by its manifest. */
  rows: countFlag,
  'minimum-rows': countFlag,
});
export type Options = z.infer<typeof flags>;

/**
 * From a country's labelled rows to the training, validation and test files of one line. Rows that can't teach anything are
 * counted by reason; nothing is written but the report when the rest is not enough.
 */
export async function prepareTraining(args: readonly string[], files: JobFiles): Promise<PrepareTrainingMessage> {
  const options = parseOptions('prepare-training', flags, args);
  const { codes } = lineSettings(options, files.input('catalogue'));
  const folders = {
    train: files.output('train'),
    validation: files.output('validation'),
    test: files.output('test'),
    labels: files.output('labels'),
    report: files.output('report'),
  };
  return withDatabase(files.spill, async (db) => {
    const intake = await readLine(db, filesBelow(files.input('dataset'), '.parquet'), { ...options, codes });
    const selection = select(intake.candidates);
    const facts = summarise(selection.kept);
    const { outcome, explanation } = verdict(facts, { labelled: intake.labelled, minimum: options['minimum-rows'] });
    const message: PrepareTrainingMessage = {
      outcome,
      explanation,
      dataHash: facts.dataHash,
      codeListHash: codeListHash(codes, options['as-of'], new Set(intake.candidates.map(({ code }) => code))),
      testHash: facts.testHash,
      rows: facts.rows,
    };
    if (outcome === 'ready') await writeParts(db, selection.kept, folders);
    const { duplicate, contradictory } = selection;
    const report = {
      schemaVersion: '1.0',
      ...message,
      labelled: intake.labelled,
      excluded: { ...intake.excluded, duplicate, contradictory },
      codes: facts.codes,
    };
    const text = JSON.stringify(parseStrictly(prepareTrainingReport, report, 'report.json'), undefined, 2);
    writeFileSync(join(folders.report, 'report.json'), `${text}\n`);
    return parseStrictly(prepareTrainingMessage, message, 'the exit message');
  });
}

function lineSettings(line: { country: string; scheme: string }, folder: string): LineSettings {
  const [path, ...more] = filesBelow(folder, '.json');
  if (path === undefined || more.length > 0) {
    throw new JobFailure(
      `The input "catalogue" has ${1 + more.length - Number(path === undefined)} JSON files; exactly one is needed.`,
    );
  }
  const settings = parseJson(catalogue, readFileSync(path, 'utf8'), 'The catalogue').countries[line.country]?.schemes[
    line.scheme
  ];
  if (settings === undefined) throw new JobFailure(`The catalogue does not list the line ${lineName(line)}.`);
  return settings;
}
