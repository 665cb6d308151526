import { defineEvent } from '../event.ts';
import { runCompleted } from './run.v1.ts';

/** Every line of a training run has ended. Emitted again, `revision` + 1, when a line ends differently later. */
export const trainingRunCompleted = defineEvent({
  producer: 'ingest',
  detailType: 'TrainingRunCompleted.v1',
  schemaVersion: '1.0',
  data: runCompleted,
  example: {
    runId: 'training-20261101T020000Z',
    catalogueVersion: '0123456789abcdef',
    startedAt: '2026-11-01T02:00:03Z',
    closedAt: '2026-11-01T04:10:00Z',
    revision: 1,
    lines: [{ country: 'DE', scheme: 'weee', outcome: 'promoted' }],
  },
});
