import * as z from 'zod';
import { defineEvent, type EventData } from '../event.ts';
import { month } from '../values.ts';
import { runSummary } from './runSummary.v1.ts';

/**
 * Every line of a month has ended: its predictions are there to be reported. Emitted again, `revision` + 1, when a line ends
 * differently later.
 * @classification internal
 */
export const classificationRunCompleted = defineEvent(
  'ingest',
  'ClassificationRunCompleted.v1',
  '1.0',
  z.object({
    ...runSummary.shape,
    /** The month that was labelled, `YYYY-MM`. */
    month,
  }),
);
export type ClassificationRunCompleted = EventData<typeof classificationRunCompleted>;
