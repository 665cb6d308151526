import { defineEvent, type EventData } from '../event.ts';
import { runSummary } from './runSummary.v1.ts';

/**
 * Every line of a month has ended: its predictions are there to be reported. Emitted again, `revision` + 1, when a line ends
 * differently later.
 * @classification internal
 */
export const classificationRunCompleted = defineEvent('ingest', 'ClassificationRunCompleted.v1', '1.0', runSummary);
export type ClassificationRunCompleted = EventData<typeof classificationRunCompleted>;
