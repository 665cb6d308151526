import * as z from 'zod';
import { defineEvent } from '../event.ts';
import { catalogueVersion, instant, line, month, purpose, runId, s3Uri } from '../values.ts';

/** A run began; every line that is expected to end in it is named. */
export const runStarted = defineEvent({
  producer: 'ingest',
  detailType: 'RunStarted.v1',
  schemaVersion: '1.0',
  data: z.object({
    runId,
    purpose,
    /** The month that is labelled; absent for training. */
    month: month.optional(),
    catalogue: z.object({ version: catalogueVersion, uri: s3Uri }),
    lines: z.array(line),
    startedAt: instant,
    /** A line without an answer by then has failed. */
    deadline: instant,
  }),
  example: {
    runId: 'inference-20261101T020000Z',
    purpose: 'inference',
    month: '2026-10',
    catalogue: {
      version: '0123456789abcdef',
      uri: 's3://regulabel-dev-data-111122223333-eu-west-1/catalogue/0123456789abcdef.json',
    },
    lines: [{ country: 'DE', scheme: 'weee' }],
    startedAt: '2026-11-01T02:00:03Z',
    deadline: '2026-11-02T02:00:03Z',
  },
});
