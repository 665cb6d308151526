import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scores } from '@regulabel/shared/jobs/scores';
import { code, country, hash, runId, scheme } from '@regulabel/contracts/values';
import { parseJson, parseStrictly } from '@regulabel/contracts/parse';
import * as z from 'zod';
import { parquetRows, withDatabase } from '../database.ts';
import type { Database } from '../database.ts';
import { JobFailure, UsageError } from '../failure.ts';
import { filesBelow, linesOf } from '../files.ts';
import type { JobFiles } from '../files.ts';
import { parseOptions } from '../options.ts';
import { majorityOf, scoreModel } from './metrics.ts';
import type { Judged } from './metrics.ts';

const flags = z.object({
  country,
  scheme,
  run: runId,
  'test-hash': hash,
  'candidate-model': z.string().min(1),
  'winner-model': z.string().min(1).optional(),
});

interface Measure {
  readonly accuracy: number;
  readonly macroF1: number;
}

/** What fits into the exit message; the rest stands in `scores.json`. */
export interface ScoreMessage {
  readonly rows: number;
  readonly candidate: Measure;
  readonly winner?: Measure;
}

/** Judges the candidate's predictions, and the winner's where there is one, by the labels of the same test rows. */
export async function score(args: readonly string[], files: JobFiles): Promise<ScoreMessage> {
  const options = parseOptions('score', flags, args);
  const winnerModel = options['winner-model'];
  if ((winnerModel !== undefined) !== existsSync(files.input('winner'))) {
    throw new UsageError('score: --winner-model and the input "winner" go together; only one of them is given');
  }
  const folder = files.output('scores');
  const labels = await readLabels(files.input('labels'));
  return withDatabase(files.spill, async (db) => {
    const judge = async (role: 'candidate' | 'winner', model: string) =>
      scoreModel(model, await judged(db, labels, { role, folder: files.input(role) }));
    const majority = majorityOf([...labels.values()]);
    const document = {
      schemaVersion: '1.0',
      runId: options.run,
      country: options.country,
      scheme: options.scheme,
      rows: labels.size,
      testHash: options['test-hash'],
      ...(majority && { majority }),
      candidate: await judge('candidate', options['candidate-model']),
      ...(winnerModel !== undefined && { winner: await judge('winner', winnerModel) }),
    };
    const { candidate, winner } = parseStrictly(scores, document, 'scores.json');
    writeFileSync(join(folder, 'scores.json'), `${JSON.stringify(document, undefined, 2)}\n`);
    return { rows: labels.size, candidate: measure(candidate), ...(winner && { winner: measure(winner) }) };
  });
}

const measure = ({ accuracy, macroF1 }: Measure): Measure => ({ accuracy, macroF1 });

const labelLine = z.object({ item_id: z.string().min(1), code });

async function readLabels(folder: string): Promise<ReadonlyMap<string, string>> {
  const labels = new Map<string, string>();
  let line = 0;
  for (const path of filesBelow(folder, '.jsonl')) {
    for await (const text of linesOf(path)) {
      const label = parseJson(labelLine, text, `Line ${++line} of the labels`);
      labels.set(label.item_id, label.code);
    }
  }
  if (labels.size !== line) throw new JobFailure(`${line - labels.size} of ${line} labels repeat an item.`);
  return labels;
}

const COLUMNS = { required: ['item_id', 'code'], optional: [] } as const;

/** Every label with its prediction. Throws {@link JobFailure} unless the two have exactly the same items. */
async function judged(
  db: Database,
  labels: ReadonlyMap<string, string>,
  { role, folder }: { role: string; folder: string },
): Promise<Judged[]> {
  const predictions = new Map<string, string>();
  let rows = 0;
  for await (const { item_id, code: predicted } of parquetRows(db, filesBelow(folder, '.parquet'), COLUMNS)) {
    rows++;
    predictions.set(item_id ?? '', predicted ?? '');
  }
  const found = [...labels].flatMap(([itemId, actual]) => {
    const predicted = predictions.get(itemId);
    return predicted === undefined ? [] : [{ actual, predicted }];
  });
  if (found.length !== labels.size || rows !== labels.size) {
    throw new JobFailure(
      `The ${role}'s predictions do not match the labels: ${labels.size} labels, ${rows} predictions of ${predictions.size} items, ${found.length} items in both.`,
    );
  }
  return found;
}
