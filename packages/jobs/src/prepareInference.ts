import { join } from 'node:path';
import { caller } from '@regulabel/contracts/values';
import { parseJson } from '@regulabel/contracts/parse';
import * as z from 'zod';
import { execute, fill, literal, parquetRows, queryCounts, withDatabase } from './database.ts';
import type { Database } from './database.ts';
import { JobFailure } from './failure.ts';
import { filesBelow, linesOf } from './files.ts';
import type { JobFiles } from './files.ts';
import { countFlag, parseOptions } from './options.ts';
import { PartFiles, recordLine } from './records.ts';
import { normalise, source } from './text.ts';

const flags = z.object({ caller, rows: countFlag });

/** What a model is asked about one item. */
interface Question {
  readonly itemId: string;
  readonly quantity: number;
  readonly source: string;
}

/** Lines of one file for the transform job: small enough to be redone, large enough to fill its requests. */
const PART_LINES = 50_000;

/**
 * From a dataset to the transform job's lines, and beside them the items in the same order. Every row becomes a line: one
 * without usable text has the placeholder token, since it has to be labelled too.
 */
export async function prepareInference(
  args: readonly string[],
  files: JobFiles,
): Promise<{ rows: number; parts: number }> {
  const options = parseOptions('prepare-inference', flags, args);
  const folder = files.input('dataset');
  const records = files.output('records');
  const items = files.output('items');
  return withDatabase(files.spill, async (db) => {
    const parts = new PartFiles(records, PART_LINES);
    let rows = 0;
    async function* written(): AsyncGenerator<[number, string, number]> {
      for await (const { itemId, quantity, source } of options.caller === 'production'
        ? sold(db, folder)
        : held(folder)) {
        parts.write(recordLine(itemId, source));
        yield [rows++, itemId, quantity];
      }
    }
    await execute(db, 'CREATE TABLE items (position BIGINT, item_id VARCHAR, quantity BIGINT)');
    await fill(db, 'items', written());
    if (rows !== options.rows) throw new JobFailure(`The dataset has ${rows} rows; ${options.rows} were announced.`);
    await refuseRepeated(db);
    const target = literal(join(items, 'items.parquet'));
    await execute(db, `COPY (SELECT * FROM items ORDER BY position) TO ${target} (FORMAT parquet)`);
    return { rows, parts: parts.close() };
  });
}

const SOLD_COLUMNS = {
  required: ['item_id', 'title'],
  optional: ['brand', 'description', 'quantity'],
} as const;

async function* sold(db: Database, folder: string): AsyncGenerator<Question> {
  let row = 0;
  for await (const { item_id, quantity, ...text } of parquetRows(db, filesBelow(folder, '.parquet'), SOLD_COLUMNS)) {
    row++;
    if (item_id === null || item_id === '') throw new JobFailure(`Row ${row} of the dataset has no item_id.`);
    yield { itemId: item_id, quantity: quantityOf(quantity, row), source: source(normalise(text)) };
  }
}

/** Absent means one. Decimals appear where the warehouse sums numerics: `12.00`. */
function quantityOf(text: string | null, row: number): number {
  if (text === null) return 1;
  if (!/^\d{1,15}(\.0*)?$/.test(text))
    throw new JobFailure(`The quantity in row ${row} of the dataset is not a whole number >= 0.`);
  return Number(text);
}

const heldLine = z.object({ item_id: z.string().min(1), source: z.string().min(1), k: z.literal(1) });

/** The rows that a training run held out: its own `prepare-training` wrote them. */
async function* held(folder: string): AsyncGenerator<Question> {
  for (const path of filesBelow(folder, '.jsonl')) {
    let line = 0;
    for await (const text of linesOf(path)) {
      const { item_id, source } = parseJson(heldLine, text, `Line ${++line} of a test file`);
      yield { itemId: item_id, quantity: 1, source };
    }
  }
}

/** An item that appears twice would be reported twice. */
async function refuseRepeated(db: Database): Promise<void> {
  const { repeated } = await queryCounts<'repeated'>(
    db,
    'SELECT count(*) - count(DISTINCT item_id) AS repeated FROM items',
  );
  if (repeated > 0) throw new JobFailure(`${repeated} rows of the dataset repeat an item_id.`);
}
