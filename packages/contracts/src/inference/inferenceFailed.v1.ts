import * as z from 'zod';
import { defineEvent, type EventData } from '../event.ts';
import { failure } from '../failure.ts';
import { caller, country, runId, scheme } from '../values.ts';

/**
 * An inference did not end well, unless a redrive succeeds.
 * @classification internal
 */
export const inferenceFailed = defineEvent(
  'inference',
  'InferenceFailed.v1',
  '1.0',
  z.object({ runId, caller, country, scheme, ...failure }),
);
export type InferenceFailed = EventData<typeof inferenceFailed>;
