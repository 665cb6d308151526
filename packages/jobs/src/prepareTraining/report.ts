import { createHash } from 'node:crypto';
import type { PrepareTrainingMessage, PrepareTrainingReport } from '@regulabel/shared/jobs/prepareTraining';
import type { Candidate } from './selection.ts';
import { partOf } from './split.ts';
import type { Part } from './split.ts';

export interface Facts {
  /** Over text and code of every kept row. */
  readonly dataHash: string;
  /** Over item, text and code of the test rows. */
  readonly testHash: string;
  readonly rows: Record<Part, number>;
  /** Sorted by code. */
  readonly codes: PrepareTrainingReport['codes'];
}

/** What is to be said about the kept rows, which come sorted by digest: so the hashes don't depend on the input's order. */
export function summarise(kept: readonly Candidate[]): Facts {
  const data = createHash('sha256');
  const test = createHash('sha256');
  const rows = { train: 0, validation: 0, test: 0 };
  const codes = new Map<string, Record<Part, number>>();
  for (const { digest, code, itemId } of kept) {
    const part = partOf(digest);
    rows[part]++;
    const counts = codes.get(code) ?? { train: 0, validation: 0, test: 0 };
    counts[part]++;
    codes.set(code, counts);
    data.update(`${JSON.stringify([digest, code])}\n`);
    if (part === 'test') test.update(`${JSON.stringify([digest, code, itemId])}\n`);
  }
  return {
    dataHash: data.digest('hex'),
    testHash: test.digest('hex'),
    rows,
    codes: [...codes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, counts]) => ({ code, ...counts })),
  };
}

/** Whether a model can be trained, tuned and judged on these rows, and if not why. */
export function verdict(
  { rows, codes }: Pick<Facts, 'rows' | 'codes'>,
  { labelled, minimum }: { labelled: number; minimum: number },
): Pick<PrepareTrainingMessage, 'outcome' | 'explanation'> {
  if (labelled === 0) return { outcome: 'empty', explanation: 'No labelled rows.' };
  const usable = rows.train + rows.validation + rows.test;
  const learnt = codes.filter(({ train }) => train > 0);
  const untrainable = (explanation: string) => ({ outcome: 'untrainable' as const, explanation });
  if (usable < minimum) return untrainable(`${usable} of ${labelled} labelled rows are usable; ${minimum} are needed.`);
  if (learnt.length < 2)
    return untrainable(`The training rows have ${learnt.length === 1 ? 'only one code' : 'no code'}; 2 are needed.`);
  if (!learnt.some(({ validation }) => validation > 0)) {
    return untrainable(`None of the ${rows.validation} validation rows has a code that the training rows have.`);
  }
  if (rows.test === 0)
    return untrainable(`None of the ${usable} usable rows fell into the test set: nothing would judge a model.`);
  return {
    outcome: 'ready',
    explanation: `${usable} of ${labelled} labelled rows are usable, with ${codes.length} codes.`,
  };
}
