import { defineEvent, type EventData } from '../event.ts';
import { decided } from './decided.ts';

/**
 * The candidate is the winner of its line from now on.
 * @classification internal
 */
export const modelPromoted = defineEvent('evaluation', 'ModelPromoted.v1', '1.0', decided);
export type ModelPromoted = EventData<typeof modelPromoted>;
