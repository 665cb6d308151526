import * as z from 'zod';
import { defineEvent } from '../event.ts';
import { failure, failureExample } from '../failure.ts';
import { country, runId, scheme } from '../values.ts';

/** The comparison of a line did not end well, unless a redrive succeeds. */
export const comparisonFailed = defineEvent({
  producer: 'evaluation',
  detailType: 'ComparisonFailed.v1',
  schemaVersion: '1.0',
  data: z.object({ runId, country, scheme, ...failure }),
  example: {
    runId: 'training-20261101T020000Z',
    country: 'DE',
    scheme: 'weee',
    ...failureExample('comparison', 'States.TaskFailed', 'AlgorithmError: exit code: 1'),
  },
});
