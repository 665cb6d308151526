import type { ModelScores, Scores } from '@regulabel/shared/jobs/scores';

export interface Judged {
  readonly actual: string;
  readonly predicted: string;
}

/**
 * How one model did. Precision is 0 for a code that was never predicted, recall 0 for one that never occurs; F1 is
 * 2tp / (2tp + fp + fn). The macro mean runs over the codes that occur in the labels. Without rows everything is 0.
 */
export function scoreModel(model: string, rows: readonly Judged[]): ModelScores {
  const cells = confusionOf(rows);
  const codes = perCode(cells);
  const supported = codes.filter(({ support }) => support > 0);
  const correct = rows.filter(({ actual, predicted }) => actual === predicted).length;
  return {
    model,
    accuracy: ratio(correct, rows.length),
    macroF1: ratio(
      supported.reduce((sum, { f1 }) => sum + f1, 0),
      supported.length,
    ),
    codes,
    confusion: cells,
  };
}

/** What always guessing the most frequent code would reach; the smaller code where two are as frequent. */
export function majorityOf(labels: readonly string[]): Scores['majority'] {
  const counts = new Map<string, number>();
  for (const code of labels) counts.set(code, (counts.get(code) ?? 0) + 1);
  const [first] = [...counts].sort(([a, m], [b, n]) => n - m || compare(a, b));
  return first && { code: first[0], accuracy: first[1] / labels.length };
}

type Cells = ModelScores['confusion'];

function confusionOf(rows: readonly Judged[]): Cells {
  const counts = new Map<string, Map<string, number>>();
  for (const { actual, predicted } of rows) {
    const row = counts.get(actual) ?? new Map<string, number>();
    counts.set(actual, row.set(predicted, (row.get(predicted) ?? 0) + 1));
  }
  return [...counts]
    .flatMap(([actual, row]) => [...row].map(([predicted, rows]) => ({ actual, predicted, rows })))
    .sort((a, b) => compare(a.actual, b.actual) || compare(a.predicted, b.predicted));
}

function perCode(cells: Cells): ModelScores['codes'] {
  const tallies = new Map<string, { hits: number; support: number; predicted: number }>();
  const tally = (code: string) => {
    const found = tallies.get(code) ?? { hits: 0, support: 0, predicted: 0 };
    tallies.set(code, found);
    return found;
  };
  for (const { actual, predicted, rows } of cells) {
    tally(actual).support += rows;
    tally(predicted).predicted += rows;
    if (actual === predicted) tally(actual).hits += rows;
  }
  return [...tallies]
    .sort(([a], [b]) => compare(a, b))
    .map(([code, { hits, support, predicted }]) => ({
      code,
      precision: ratio(hits, predicted),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, support + predicted),
      support,
      predicted,
    }));
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
