import { defineEvent, type EventData } from '../event.ts';
import { decided } from './decided.ts';

/**
 * The candidate did not win; the winner of the line stays.
 * @classification internal
 */
export const modelRejected = defineEvent('evaluation', 'ModelRejected.v1', '1.0', decided);
export type ModelRejected = EventData<typeof modelRejected>;
