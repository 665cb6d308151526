import { defineEvent } from '../event.ts';
import { decided, decidedExample } from './decided.ts';

/** The candidate did not win; the winner of the line stays. */
export const modelRejected = defineEvent({
  producer: 'evaluation',
  detailType: 'ModelRejected.v1',
  schemaVersion: '1.0',
  data: decided,
  example: { ...decidedExample, reason: 'not-better-than-winner' },
});
