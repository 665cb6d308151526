import * as z from 'zod';
import { defineEvent, type EventData } from '../event.ts';
import { failure } from '../failure.ts';
import { country, runId, scheme } from '../values.ts';

/**
 * The comparison of a line did not end well, unless a redrive succeeds.
 * @classification internal
 */
export const comparisonFailed = defineEvent(
  'evaluation',
  'ComparisonFailed.v1',
  '1.0',
  z.object({ runId, country, scheme, ...failure }),
);
export type ComparisonFailed = EventData<typeof comparisonFailed>;
