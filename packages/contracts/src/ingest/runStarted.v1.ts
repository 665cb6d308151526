import * as z from 'zod';
import { defineEvent, type EventData } from '../event.ts';
import { instant, line, month, purpose, runId, storedCatalogue } from '../values.ts';

/**
 * A run began; every line that is expected to end in it is named.
 * @classification internal
 */
export const runStarted = defineEvent(
  'ingest',
  'RunStarted.v1',
  '1.0',
  z.object({
    runId,
    purpose,
    /** The month that is labelled, `YYYY-MM`; absent for training. */
    month: month.optional(),
    /** The catalogue that the run is pinned to. */
    catalogue: storedCatalogue,
    /** The model lines that take part. */
    lines: z.array(line),
    /** When the run began. */
    startedAt: instant,
    /** A line without an answer by then has failed. */
    deadline: instant,
  }),
);
export type RunStarted = EventData<typeof runStarted>;
