import * as z from 'zod';
import { defineEvent, type EventData } from '../event.ts';
import { failure } from '../failure.ts';
import { country, runId, scheme } from '../values.ts';

/**
 * The training of a line did not end well, unless a redrive succeeds.
 * @classification internal
 */
export const trainingFailed = defineEvent(
  'training',
  'TrainingFailed.v1',
  '1.0',
  z.object({ runId, country, scheme, ...failure }),
);
export type TrainingFailed = EventData<typeof trainingFailed>;
