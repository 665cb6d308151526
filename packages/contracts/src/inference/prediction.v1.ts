import * as z from 'zod';
import { catalogueVersion, code, count, country, month, runId, scheme, share } from '../values.ts';

/** One row of a prediction file (Parquet, columns in this order): one item's code in one scheme. */
export const prediction = z.object({
  item_id: z.string().min(1),
  country,
  scheme,
  code,
  confidence: share,
  /** Items sold in the month; 1 for rows of a test set. */
  quantity: count,
  month,
  /** The SageMaker model's name. */
  model: z.string().min(1),
  /** The version of the catalogue whose code list was in force. */
  code_list: catalogueVersion,
  run: runId,
});
export type Prediction = z.infer<typeof prediction>;

/** `summary.json` beside a prediction file: what a report needs without reading the rows. */
export const predictionSummary = z.object({
  schemaVersion: z.literal('1.0'),
  runId,
  country,
  scheme,
  month,
  model: z.string().min(1),
  rows: count,
  quantity: count,
  meanConfidence: share,
  codes: z.array(z.object({ code, rows: count, quantity: count, meanConfidence: share })),
});
export type PredictionSummary = z.infer<typeof predictionSummary>;
