import * as z from 'zod';
import { defineEvent, type EventData } from '../event.ts';
import { failure } from '../failure.ts';
import { purpose, runId } from '../values.ts';

/**
 * The extraction did not end well: every line of the run has failed, unless a redrive succeeds.
 * @classification internal
 */
export const extractionFailed = defineEvent(
  'ingest',
  'ExtractionFailed.v1',
  '1.0',
  z.object({ runId, purpose, ...failure }),
);
export type ExtractionFailed = EventData<typeof extractionFailed>;
