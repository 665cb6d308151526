import * as z from 'zod';
import { defineEvent } from '../event.ts';
import { arn, caller, count, country, month, runId, s3Uri, scheme } from '../values.ts';
import { comparisonSubject } from './inferenceExecution.v1.ts';

/** Every row of a dataset was labelled by every model asked for. */
export const inferenceCompleted = defineEvent({
  producer: 'inference',
  detailType: 'InferenceCompleted.v1',
  schemaVersion: '1.0',
  data: z.object({
    runId,
    caller,
    country,
    scheme,
    month,
    executionArn: arn,
    /** Rows in = rows out, for each model. */
    rows: count,
    models: z.array(
      z.object({
        role: z.enum(['candidate', 'winner']),
        name: z.string().min(1),
        /** A prefix with Parquet files of prediction rows. */
        predictions: s3Uri,
        /** A prefix with `summary.json`. */
        summary: s3Uri,
      }),
    ),
    /** Present when the caller is evaluation. */
    comparison: comparisonSubject.optional(),
  }),
  example: {
    runId: 'inference-20261101T020000Z',
    caller: 'production',
    country: 'DE',
    scheme: 'weee',
    month: '2026-10',
    executionArn: 'arn:aws:states:eu-west-1:111122223333:execution:regulabel-dev-inference:example',
    rows: 500,
    models: [
      {
        role: 'winner',
        name: 'dev-m-0123456789abcdef-0-0',
        predictions:
          's3://regulabel-dev-predictions-111122223333-eu-west-1/production/month=2026-10/run=x/country=DE/scheme=weee/job/',
        summary: 's3://regulabel-dev-predictions-111122223333-eu-west-1/summary/x/job/',
      },
    ],
  },
});
