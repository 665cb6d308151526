import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { predictionSummary } from '@regulabel/contracts/inference/predictionSummary.v1';
import type { PredictionSummary } from '@regulabel/contracts/inference/predictionSummary.v1';
import { caller, catalogueVersion, country, month, runId, scheme } from '@regulabel/contracts/values';
import { parseJson, parseStrictly } from '@regulabel/contracts/parse';
import * as z from 'zod';
import { execute, fill, literal, parquetRows, queryCounts, queryRows, withDatabase } from './database.ts';
import type { Database } from './database.ts';
import { JobFailure } from './failure.ts';
import { filesBelow, linesOf } from './files.ts';
import type { JobFiles } from './files.ts';
import { codeOf } from './label.ts';
import { countFlag, parseOptions } from './options.ts';

const flags = z.object({
  country,
  scheme,
  caller,
  month,
  run: runId,
  model: z.string().min(1),
  'code-list': catalogueVersion,
  rows: countFlag,
});
type Options = z.infer<typeof flags>;

/**
 * Joins a transform job's answers with the items it was asked about: rows in = rows out, or the job fails and says how many
 * are missing. Writes the prediction rows, in the items' order, and their summary.
 */
export async function collect(args: readonly string[], files: JobFiles): Promise<{ rows: number }> {
  const options = parseOptions('collect', flags, args);
  const predictions = files.output('predictions');
  const summary = files.output('summary');
  return withDatabase(files.spill, async (db) => {
    await readItems(db, files.input('items'));
    await readAnswers(db, files.input('transformed'));
    await refuseMismatch(db, options.rows);
    await writePredictions(db, join(predictions, 'predictions.parquet'), options);
    const text = JSON.stringify(await summarise(db, options), undefined, 2);
    writeFileSync(join(summary, 'summary.json'), `${text}\n`);
    return { rows: options.rows };
  });
}

const ITEM_COLUMNS = { required: ['position', 'item_id', 'quantity'], optional: [] } as const;

async function readItems(db: Database, folder: string): Promise<void> {
  await execute(db, 'CREATE TABLE items (position BIGINT, item_id VARCHAR, quantity BIGINT)');
  async function* items(): AsyncGenerator<[number, string, number]> {
    for await (const { position, item_id, quantity } of parquetRows(db, filesBelow(folder, '.parquet'), ITEM_COLUMNS)) {
      yield [Number(position), item_id ?? '', Number(quantity)];
    }
  }
  await fill(db, 'items', items());
}

const answer = z.object({
  item_id: z.string(),
  SageMakerOutput: z.object({ label: z.array(z.string()), prob: z.array(z.number()) }),
});

/** Lines without a label count as no answer: a model that knows none of an item's tokens may have none. */
async function readAnswers(db: Database, folder: string): Promise<void> {
  await execute(db, 'CREATE TABLE answers (item_id VARCHAR, code VARCHAR, confidence DOUBLE)');
  async function* answers(): AsyncGenerator<[string, string, number]> {
    for (const path of filesBelow(folder, '.out')) {
      let line = 0;
      for await (const text of linesOf(path)) {
        const where = `Line ${++line} of a transformed file`;
        const { item_id, SageMakerOutput } = parseJson(answer, text, where);
        const [label] = SageMakerOutput.label;
        const [probability] = SageMakerOutput.prob;
        if (label === undefined || probability === undefined) continue;
        yield [item_id, codeIn(label, where), confidenceOf(probability)];
      }
    }
  }
  await fill(db, 'answers', answers());
}

function codeIn(label: string, where: string): string {
  try {
    return codeOf(label);
  } catch (cause) {
    throw new JobFailure(`${where} has a label that the training files can't have had.`, { cause });
  }
}

/** fastText's softmax adds 0.00001 before its logarithm: sure answers come out a little above 1. */
const confidenceOf = (probability: number): number => Math.min(1, Math.max(0, probability));

async function refuseMismatch(db: Database, expected: number): Promise<void> {
  const counts = await queryCounts<'items' | 'missing' | 'extra' | 'repeated'>(
    db,
    `SELECT (SELECT count(*) FROM items) AS items,
            (SELECT count(*) FROM items ANTI JOIN answers USING (item_id)) AS missing,
            (SELECT count(*) FROM answers ANTI JOIN items USING (item_id)) AS extra,
            (SELECT count(*) - count(DISTINCT item_id) FROM answers) AS repeated`,
  );
  const { items, missing, extra, repeated } = counts;
  if (items !== expected) throw new JobFailure(`The items are ${items} rows; ${expected} were announced.`);
  const problems = [
    ...(missing > 0 ? [`${missing} of ${expected} rows are missing`] : []),
    ...(extra > 0 ? [`${extra} rows were never asked for`] : []),
    ...(repeated > 0 ? [`${repeated} rows repeat an item`] : []),
  ];
  if (problems.length > 0) throw new JobFailure(`In the transform job's output ${problems.join(', ')}.`);
}

async function writePredictions(db: Database, path: string, options: Options): Promise<void> {
  await execute(
    db,
    `COPY (
       SELECT item_id, ${literal(options.country)} AS country, ${literal(options.scheme)} AS scheme, code, confidence,
              quantity, ${literal(options.month)} AS month, ${literal(options.model)} AS model,
              ${literal(options['code-list'])} AS code_list, ${literal(options.run)} AS run
       FROM items JOIN answers USING (item_id) ORDER BY position
     ) TO ${literal(path)} (FORMAT parquet)`,
  );
}

async function summarise(db: Database, options: Options): Promise<PredictionSummary> {
  const codes: PredictionSummary['codes'] = [];
  const sum = { rows: 0, quantity: 0, confidence: 0 };
  const query = `SELECT code, count(*), sum(quantity)::DOUBLE, sum(confidence) FROM (
      SELECT * FROM items JOIN answers USING (item_id) ORDER BY position
    ) GROUP BY code ORDER BY code`;
  for await (const [code, ...sums] of queryRows(db, query)) {
    const [rows = 0, quantity = 0, confidence = 0] = sums.map(Number);
    codes.push({ code: String(code), rows, quantity, meanConfidence: mean(confidence, rows) });
    sum.rows += rows;
    sum.quantity += quantity;
    sum.confidence += confidence;
  }
  const summary = {
    schemaVersion: '1.0',
    runId: options.run,
    country: options.country,
    scheme: options.scheme,
    month: options.month,
    model: options.model,
    rows: sum.rows,
    quantity: sum.quantity,
    meanConfidence: mean(sum.confidence, sum.rows),
    codes,
  };
  return parseStrictly(predictionSummary, summary, 'summary.json');
}

/** At most 1, which rounding in a sum could pass. */
const mean = (sum: number, rows: number): number => (rows === 0 ? 0 : Math.min(1, sum / rows));
