import * as z from 'zod';
import { defineEvent } from '../event.ts';
import { arn, country, runId, scheme } from '../values.ts';

/** Nothing was trained, for a reason that is not a fault. */
export const trainingSkipped = defineEvent({
  producer: 'training',
  detailType: 'TrainingSkipped.v1',
  schemaVersion: '1.0',
  data: z.object({
    runId,
    country,
    scheme,
    executionArn: arn,
    /** `unchanged`: same data, codes and job image as the last decision; `empty`: no usable row; `untrainable`: too few rows or codes. */
    reason: z.enum(['unchanged', 'empty', 'untrainable']),
    /** For people: the figures behind the reason. */
    explanation: z.string(),
  }),
  example: {
    runId: 'training-20261101T020000Z',
    country: 'DE',
    scheme: 'weee',
    executionArn: 'arn:aws:states:eu-west-1:111122223333:execution:regulabel-dev-training:example',
    reason: 'untrainable',
    explanation: '12 usable rows of 1 code; at least 2 codes are needed',
  },
});
