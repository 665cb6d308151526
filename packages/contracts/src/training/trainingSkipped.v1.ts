import * as z from 'zod';
import { defineEvent, type EventData } from '../event.ts';
import { arn, country, runId, scheme } from '../values.ts';

/**
 * Nothing was trained, for a reason that is not a fault.
 * @classification internal
 */
export const trainingSkipped = defineEvent(
  'training',
  'TrainingSkipped.v1',
  '1.0',
  z.object({
    runId,
    country,
    scheme,
    /** The execution of the training state machine. */
    executionArn: arn,
    /** `unchanged`: same data, codes and job image as the last decision; `empty`: no usable row; `untrainable`: too few rows or codes. */
    reason: z.enum(['unchanged', 'empty', 'untrainable']),
    /** For people: the figures behind the reason. */
    explanation: z.string(),
  }),
);
export type TrainingSkipped = EventData<typeof trainingSkipped>;
