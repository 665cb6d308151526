import { documentExamples } from '../example.ts';
import { catalogueVersion, inferenceRun, predictions, summary, trainingRun } from '../exampleValues.ts';
import type { ClassificationRunCompleted } from './classificationRunCompleted.v1.ts';
import { runSummary, type RunSummary } from './runSummary.v1.ts';

const times = { startedAt: '2026-11-01T02:00:03Z', closedAt: '2026-11-01T03:00:00Z' };

export const trainingSummary: RunSummary = {
  ...trainingRun,
  catalogueVersion,
  ...times,
  closedAt: '2026-11-01T04:10:00Z',
  revision: 1,
  lines: [{ country: 'DE', scheme: 'weee', outcome: 'promoted' }],
};

export const labelledSummary: ClassificationRunCompleted = {
  ...inferenceRun,
  month: '2026-10',
  catalogueVersion,
  ...times,
  revision: 1,
  lines: [{ country: 'DE', scheme: 'weee', outcome: 'labelled', rows: 500, predictions, summary }],
};

/** A month labelled again, with every outcome that labelling has. */
export const supersedingSummary: ClassificationRunCompleted = {
  runId: 'inference-again',
  month: '2026-10',
  catalogueVersion,
  ...times,
  revision: 2,
  supersedes: inferenceRun.runId,
  lines: [
    { country: 'DE', scheme: 'battery', outcome: 'no-winner' },
    { country: 'DE', scheme: 'weee', outcome: 'labelled', rows: 500, predictions, summary },
    { country: 'FR', scheme: 'weee', outcome: 'failed', reason: 'States.TaskFailed: 3 of 500 rows are missing' },
    { country: 'IT', scheme: 'weee', outcome: 'empty' },
  ],
};

export const minimalSummary: RunSummary = { ...trainingRun, catalogueVersion, ...times, revision: 1, lines: [] };

export const runSummaryExamples = documentExamples(runSummary, {
  typical: labelledSummary,
  minimal: minimalSummary,
  others: { training: trainingSummary, superseding: supersedingSummary },
  invalid: [
    { path: 'revision', value: 1.5, reason: 'revisions are counted' },
    { path: 'lines[0].outcome', value: 'won', reason: 'there is no such outcome' },
    { path: 'closedAt', reason: 'a summary is of a run that is closed' },
  ],
});
