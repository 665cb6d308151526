import { defineEvent } from '../event.ts';
import { runCompleted } from './run.v1.ts';

/** Every line of a month has ended: its predictions are there to be reported. Emitted again, `revision` + 1, when a line ends differently later. */
export const classificationRunCompleted = defineEvent({
  producer: 'ingest',
  detailType: 'ClassificationRunCompleted.v1',
  schemaVersion: '1.0',
  data: runCompleted,
  example: {
    runId: 'inference-20261101T020000Z',
    month: '2026-10',
    catalogueVersion: '0123456789abcdef',
    startedAt: '2026-11-01T02:00:03Z',
    closedAt: '2026-11-01T03:00:00Z',
    revision: 1,
    lines: [
      {
        country: 'DE',
        scheme: 'weee',
        outcome: 'labelled',
        rows: 500,
        predictions:
          's3://regulabel-dev-predictions-111122223333-eu-west-1/production/month=2026-10/run=x/country=DE/scheme=weee/job/',
        summary: 's3://regulabel-dev-predictions-111122223333-eu-west-1/summary/x/job/',
      },
    ],
  },
});
