import * as z from 'zod';
import { code, count, country, fileVersion, month, name, runId, scheme, share } from '../values.ts';

/**
 * `summary.json` beside a prediction file: what a report needs without reading the rows.
 * @classification confidential
 */
export const predictionSummary = z.object({
  schemaVersion: fileVersion,
  runId,
  country,
  scheme,
  month,
  /** The SageMaker model's name. */
  model: name,
  /** Prediction rows. */
  rows: count,
  /** Items sold: the sum of the rows' quantities. */
  quantity: count,
  /** Mean of the rows' confidence; 0 without rows. */
  meanConfidence: share,
  /** The same for each code that was given. */
  codes: z.array(
    z.object({
      code,
      /** Rows with this code. */
      rows: count,
      /** Items sold with this code. */
      quantity: count,
      /** Mean of these rows' confidence. */
      meanConfidence: share,
    }),
  ),
});
export type PredictionSummary = z.infer<typeof predictionSummary>;
