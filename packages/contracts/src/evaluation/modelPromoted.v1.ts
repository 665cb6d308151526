import { defineEvent } from '../event.ts';
import { decided, decidedExample } from './decided.ts';

/** The candidate is the winner of its line from now on. */
export const modelPromoted = defineEvent({
  producer: 'evaluation',
  detailType: 'ModelPromoted.v1',
  schemaVersion: '1.0',
  data: decided,
  example: { ...decidedExample, reason: 'first-model' },
});
