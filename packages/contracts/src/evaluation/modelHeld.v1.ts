import { defineEvent, type EventData } from '../event.ts';
import { decided } from './decided.ts';

/**
 * The comparison does not count (the winner changed or is gone); the winner of the line stays.
 * @classification internal
 */
export const modelHeld = defineEvent('evaluation', 'ModelHeld.v1', '1.0', decided);
export type ModelHeld = EventData<typeof modelHeld>;
