import * as z from 'zod';
import { defineEvent } from '../event.ts';
import { failure, failureExample } from '../failure.ts';
import { caller, country, runId, scheme } from '../values.ts';

/** An inference did not end well, unless a redrive succeeds. */
export const inferenceFailed = defineEvent({
  producer: 'inference',
  detailType: 'InferenceFailed.v1',
  schemaVersion: '1.0',
  data: z.object({ runId, caller, country, scheme, ...failure }),
  example: {
    runId: 'inference-20261101T020000Z',
    caller: 'production',
    country: 'DE',
    scheme: 'weee',
    ...failureExample('inference', 'States.TaskFailed', '3 of 500 rows are missing'),
  },
});
