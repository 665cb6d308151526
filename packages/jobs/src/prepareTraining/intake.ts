import type { LineSettings } from '@regulabel/contracts/ingest/catalogue.v1';
import type { PrepareTrainingReport } from '@regulabel/shared/jobs/prepareTraining';
import { execute, fill, parquetRows } from '../database.ts';
import type { Database } from '../database.ts';
import { JobFailure } from '../failure.ts';
import { normalise, source, textKey } from '../text.ts';
import { cleanCode, codeCheck } from './codes.ts';
import type { Candidate } from './selection.ts';
import { digestOf } from './split.ts';

/** What keeps a row out by itself, without a look at the others. */
type RowProblem = Exclude<keyof PrepareTrainingReport['excluded'], 'duplicate' | 'contradictory'>;

export interface Intake {
  /** Rows of the line. */
  readonly labelled: number;
  readonly excluded: Record<RowProblem, number>;
  readonly candidates: readonly Candidate[];
}

export interface Line {
  readonly country: string;
  readonly scheme: string;
  readonly codes: LineSettings['codes'];
  readonly 'as-of': string;
  /** Of the whole dataset. */
  readonly rows: number;
}

const COLUMNS = {
  required: ['item_id', 'title', 'scheme', 'code'],
  optional: ['country', 'brand', 'description', 'labelled_at'],
} as const;

/**
 * Reads a country's rows. The texts of the line's usable rows go to the table `texts(row, source)`, the little that the
 * selection needs is returned. Throws {@link JobFailure} when the dataset is not the one that the manifest describes.
 */
export async function readLine(db: Database, paths: readonly string[], line: Line): Promise<Intake> {
  await execute(db, 'CREATE TABLE texts (row BIGINT, source VARCHAR)');
  const problemOf = codeCheck(line.codes, line['as-of']);
  const candidates: Candidate[] = [];
  const excluded: Intake['excluded'] = {
    'missing-title': 0,
    'unknown-code': 0,
    'code-not-yet-valid': 0,
    'code-expired': 0,
    'no-tokens': 0,
  };
  const seen = { rows: 0, labelled: 0, foreign: 0, nameless: 0 };

  async function* usable(): AsyncGenerator<[number, string]> {
    for await (const row of parquetRows(db, paths, COLUMNS)) {
      seen.rows++;
      if (row.country !== null && row.country !== line.country) seen.foreign++;
      if (row.scheme !== line.scheme) continue;
      seen.labelled++;
      const itemId = row.item_id ?? '';
      if (itemId === '') seen.nameless++;
      const text = normalise(row);
      const key = textKey(text);
      const code = cleanCode(row.code);
      const problem = textProblem(row.title, key) ?? problemOf(code);
      if (problem !== undefined) {
        excluded[problem]++;
        continue;
      }
      candidates.push({ row: seen.rows, itemId, digest: digestOf(key), code, labelledAt: row.labelled_at ?? '' });
      yield [seen.rows, source(text)];
    }
  }

  await fill(db, 'texts', usable());
  checkDataset(seen, line);
  return { labelled: seen.labelled, excluded, candidates };
}

function textProblem(title: string | null, key: string): RowProblem | undefined {
  if (title === null || title.trim() === '') return 'missing-title';
  return /[^|]/.test(key) ? undefined : 'no-tokens';
}

function checkDataset(seen: { rows: number; foreign: number; nameless: number }, line: Line): void {
  if (seen.rows !== line.rows) {
    throw new JobFailure(`The dataset has ${seen.rows} rows, its manifest says ${line.rows}.`);
  }
  if (seen.foreign > 0) {
    throw new JobFailure(`${seen.foreign} of ${seen.rows} rows belong to another country than ${line.country}.`);
  }
  if (seen.nameless > 0) throw new JobFailure(`${seen.nameless} of ${seen.rows} rows have no item_id.`);
}
