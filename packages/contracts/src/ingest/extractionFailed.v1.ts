import * as z from 'zod';
import { defineEvent } from '../event.ts';
import { purpose, runId } from '../values.ts';
import { failure, failureExample } from '../failure.ts';

/** The extraction did not end well: every line of the run has failed, unless a redrive succeeds. */
export const extractionFailed = defineEvent({
  producer: 'ingest',
  detailType: 'ExtractionFailed.v1',
  schemaVersion: '1.0',
  data: z.object({ runId, purpose, ...failure }),
  example: {
    runId: 'training-20261101T020000Z',
    purpose: 'training',
    ...failureExample('extract', 'UnloadFailed', 'relation "labelled_items" does not exist'),
  },
});
