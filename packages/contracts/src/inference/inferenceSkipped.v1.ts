import * as z from 'zod';
import { defineEvent, type EventData } from '../event.ts';
import { country, month, runId, scheme } from '../values.ts';

/**
 * A line's sales were not labelled because there is no model for it.
 * @classification internal
 */
export const inferenceSkipped = defineEvent(
  'inference',
  'InferenceSkipped.v1',
  '1.0',
  z.object({
    runId,
    country,
    scheme,
    month,
    /** Why the line was left out. */
    reason: z.literal('no-winner'),
  }),
);
export type InferenceSkipped = EventData<typeof inferenceSkipped>;
