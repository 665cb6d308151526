import { join } from 'node:path';
import { execute, fill, queryRows } from '../database.ts';
import type { Database } from '../database.ts';
import { LineFile } from '../files.ts';
import { labelOf } from '../label.ts';
import { PartFiles, recordLine } from '../records.ts';
import type { Candidate } from './selection.ts';
import { partOf } from './split.ts';

const TEST_PART_LINES = 50_000;

/**
 * Writes the kept rows where their texts' digests put them, in the order of the digests: the same for any order of the
 * input, and as good as shuffled for training.
 */
export async function writeParts(
  db: Database,
  kept: readonly Candidate[],
  folders: Readonly<Record<'train' | 'validation' | 'test' | 'labels', string>>,
): Promise<void> {
  await execute(db, 'CREATE TABLE kept (row BIGINT, place BIGINT)');
  await fill(
    db,
    'kept',
    kept.map(({ row }, place) => [row, place]),
  );
  const train = new LineFile(join(folders.train, 'train.txt'));
  const validation = new LineFile(join(folders.validation, 'validation.txt'));
  const labels = new LineFile(join(folders.labels, 'labels.jsonl'));
  const test = new PartFiles(folders.test, TEST_PART_LINES);
  let place = 0;
  for await (const [text] of queryRows(db, 'SELECT source FROM kept JOIN texts USING (row) ORDER BY place')) {
    const row = kept[place++];
    if (row === undefined || typeof text !== 'string') throw new Error('the tables of the selection do not match it');
    const part = partOf(row.digest);
    if (part === 'test') {
      test.write(recordLine(row.itemId, text));
      labels.write(JSON.stringify({ item_id: row.itemId, code: row.code }));
    } else {
      (part === 'train' ? train : validation).write(`${labelOf(row.code)} ${text}`);
    }
  }
  train.close();
  validation.close();
  labels.close();
  test.close();
}
