import { defineEvent, type EventData } from '../event.ts';
import { runSummary } from './runSummary.v1.ts';

/**
 * Every line of a training run has ended. Emitted again, `revision` + 1, when a line ends differently later.
 * @classification internal
 */
export const trainingRunCompleted = defineEvent('ingest', 'TrainingRunCompleted.v1', '1.0', runSummary);
export type TrainingRunCompleted = EventData<typeof trainingRunCompleted>;
