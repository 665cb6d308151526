import * as z from 'zod';
import { defineEvent } from '../event.ts';
import { country, month, runId, scheme } from '../values.ts';

/** A line's sales were not labelled because there is no model for it. */
export const inferenceSkipped = defineEvent({
  producer: 'inference',
  detailType: 'InferenceSkipped.v1',
  schemaVersion: '1.0',
  data: z.object({ runId, country, scheme, month, reason: z.literal('no-winner') }),
  example: {
    runId: 'inference-20261101T020000Z',
    country: 'DE',
    scheme: 'weee',
    month: '2026-10',
    reason: 'no-winner',
  },
});
