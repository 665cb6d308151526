import { defineEvent } from '../event.ts';
import { decided, decidedExample } from './decided.ts';

/** The comparison does not count (the winner changed or is gone); the winner of the line stays. */
export const modelHeld = defineEvent({
  producer: 'evaluation',
  detailType: 'ModelHeld.v1',
  schemaVersion: '1.0',
  data: decided,
  example: { ...decidedExample, reason: 'winner-changed' },
});
