import * as z from 'zod';
import { defineEvent, type EventData } from '../event.ts';
import { arn, caller, count, country, month, name, runId, s3Uri, scheme } from '../values.ts';
import { comparisonSubject, role } from './comparisonSubject.ts';

/**
 * Every row of a dataset was labelled by every model asked for.
 * @classification internal
 */
export const inferenceCompleted = defineEvent(
  'inference',
  'InferenceCompleted.v1',
  '1.0',
  z.object({
    runId,
    caller,
    country,
    scheme,
    month,
    /** The execution of the inference state machine. */
    executionArn: arn,
    /** Rows in = rows out, for each model. */
    rows: count,
    /** The models that labelled the rows: one for production, one or two for evaluation. */
    models: z.array(
      z.object({
        role,
        /** The SageMaker model's name. */
        name,
        /** A prefix with Parquet files of prediction rows. */
        predictions: s3Uri,
        /** A prefix with `summary.json`. */
        summary: s3Uri,
      }),
    ),
    /** What is compared; present when the caller is evaluation. */
    comparison: comparisonSubject.optional(),
  }),
);
export type InferenceCompleted = EventData<typeof inferenceCompleted>;
