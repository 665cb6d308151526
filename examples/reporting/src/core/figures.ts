import { prediction } from '@regulabel/contracts/inference/prediction.v1';
import {
  classificationRunCompleted,
  type ClassificationRunCompleted,
} from '@regulabel/contracts/ingest/classificationRunCompleted.v1';
import { outcome } from '@regulabel/contracts/ingest/runSummary.v1';
import { ContractError } from '@regulabel/contracts/parse';
import { code, count, country, lineName, name, scheme } from '@regulabel/contracts/values';
import * as z from 'zod';

/** A code that the model is less sure of than this counts as one of low confidence. */
export const LOW_CONFIDENCE = 0.5;

/** What the report needs of a prediction row. Which items these are is none of the report's business. */
export const row = prediction.pick({
  country: true,
  scheme: true,
  code: true,
  confidence: true,
  quantity: true,
  month: true,
  model: true,
  run: true,
});
export type Row = z.infer<typeof row>;

const codeFigures = z.object({
  code,
  /** Prediction rows: different items. */
  rows: count,
  /** Items sold: the sum of the rows' quantities. */
  quantity: count,
  /** Of that quantity, what was labelled with less than {@link LOW_CONFIDENCE}. */
  lowConfidence: count,
});
export type CodeFigures = z.infer<typeof codeFigures>;

const lineFigures = z.object({
  country,
  scheme,
  outcome,
  /** The models that labelled the rows, sorted. */
  models: z.array(name),
  /** By code, sorted; empty for a line that was not labelled. */
  codes: z.array(codeFigures),
});
export type LineFigures = z.infer<typeof lineFigures>;

/** The sums of one revision of a run: kept in the bucket, so that the prediction files are read once. */
export const figures = classificationRunCompleted.data
  .pick({ runId: true, month: true, revision: true, startedAt: true, closedAt: true, supersedes: true })
  .extend({
    /** Sorted by country and scheme. */
    lines: z.array(lineFigures),
  });
export type Figures = z.infer<typeof figures>;

type RunLine = ClassificationRunCompleted['lines'][number];

/** Rows below a prefix, in portions that fit into memory. */
export type ReadRows = (prefix: string) => AsyncIterable<readonly Row[]>;

/** The prediction files do not have the rows that the event announced. */
export class PredictionsIncomplete extends Error {
  override readonly name = 'PredictionsIncomplete';
}

/**
 * Sums up a run, line after line: no more is kept than one portion of rows and the sums. Throws `ContractError` for rows of
 * another line, month or run, and {@link PredictionsIncomplete} when their number is not the announced one.
 */
export async function figuresOf(run: ClassificationRunCompleted, readRows: ReadRows): Promise<Figures> {
  const { runId, revision, startedAt, closedAt, supersedes } = run;
  const lines: LineFigures[] = [];
  for (const line of run.lines) lines.push(await figuresOfLine(run, line, readRows));
  lines.sort((one, other) => (lineName(one) < lineName(other) ? -1 : 1));
  return {
    runId,
    revision,
    month: run.month,
    startedAt,
    closedAt,
    ...(supersedes === undefined ? {} : { supersedes }),
    lines,
  };
}

async function figuresOfLine(run: ClassificationRunCompleted, line: RunLine, readRows: ReadRows): Promise<LineFigures> {
  const models = new Set<string>();
  const codes = new Map<string, CodeFigures>();
  if (line.outcome === 'labelled') {
    const prefix = prefixOf(line);
    let rows = 0;
    for await (const portion of readRows(prefix)) {
      for (const each of portion) {
        requireOwn(each, run, line, prefix);
        models.add(each.model);
        codes.set(each.code, plus(codes.get(each.code), each));
      }
      rows += portion.length;
    }
    if (line.rows !== undefined && rows !== line.rows) {
      throw new PredictionsIncomplete(`${prefix} has ${rows} prediction rows; run ${run.runId} announced ${line.rows}`);
    }
  }
  return {
    country: line.country,
    scheme: line.scheme,
    outcome: line.outcome,
    models: [...models].sort(),
    codes: [...codes.values()].sort((one, other) => (one.code < other.code ? -1 : 1)),
  };
}

function prefixOf(line: RunLine): string {
  if (line.predictions !== undefined) return line.predictions;
  const message = 'a labelled line has predictions';
  throw new ContractError(lineName(line), [{ path: 'predictions', message }]);
}

const plus = (sum: CodeFigures | undefined, { code, quantity, confidence }: Row): CodeFigures => ({
  code,
  rows: (sum?.rows ?? 0) + 1,
  quantity: (sum?.quantity ?? 0) + quantity,
  lowConfidence: (sum?.lowConfidence ?? 0) + (confidence < LOW_CONFIDENCE ? quantity : 0),
});

/** Whoever adds up foreign rows reports a wrong number to a regulator. */
function requireOwn(found: Row, run: ClassificationRunCompleted, { country, scheme }: RunLine, prefix: string): void {
  const wanted = { country, scheme, month: run.month, run: run.runId };
  for (const path of ['country', 'scheme', 'month', 'run'] as const) {
    if (found[path] !== wanted[path]) {
      throw new ContractError(prefix, [{ path, message: `a row has "${found[path]}" in place of "${wanted[path]}"` }]);
    }
  }
}
