import * as z from 'zod';
import { catalogueVersion, code, count, country, month, name, runId, scheme, share } from '../values.ts';

/**
 * One row of a prediction file (Parquet, columns in this order): one item's code in one scheme.
 * @classification confidential
 */
export const prediction = z.object({
  /** The item, as the warehouse calls it. */
  item_id: name,
  country,
  scheme,
  code,
  /** How sure the model is of the code, between 0 and 1. */
  confidence: share,
  /** Items sold in the month; 1 for rows of a test set. */
  quantity: count,
  /** The month that was labelled, `YYYY-MM`. */
  month,
  /** The SageMaker model's name. */
  model: name,
  /** The version of the catalogue whose code list was in force. */
  code_list: catalogueVersion,
  /** The run that labelled the row. */
  run: runId,
});
export type Prediction = z.infer<typeof prediction>;
