import { eventExamples } from '../example.ts';
import {
  data,
  executionArn,
  formerDecisionId,
  formerModelName,
  inBucket,
  inferenceRun,
  line,
  model,
  modelName,
  predictions,
  summary,
  trainingRun,
} from '../exampleValues.ts';
import { inferenceCompleted } from './inferenceCompleted.v1.ts';

const labelled = (role: 'candidate' | 'winner', name: string) => ({
  role,
  name,
  predictions: inBucket(
    'predictions',
    `evaluation/month=2026-11/run=training-20261101T020000Z/country=DE/scheme=weee/${role}/`,
  ),
  summary: inBucket('predictions', `summary/evaluation/training-20261101T020000Z/DE/weee/${role}/`),
});

const production = {
  ...inferenceRun,
  caller: 'production' as const,
  ...line,
  month: '2026-10',
  executionArn: executionArn('inference'),
};

export const inferenceCompletedExamples = eventExamples(inferenceCompleted, {
  typical: { ...production, rows: 500, models: [{ role: 'winner', name: modelName, predictions, summary }] },
  minimal: { ...production, rows: 0, models: [] },
  others: {
    evaluation: {
      ...trainingRun,
      caller: 'evaluation',
      ...line,
      month: '2026-11',
      executionArn: executionArn('inference'),
      rows: 100,
      models: [labelled('candidate', modelName), labelled('winner', formerModelName)],
      comparison: {
        candidate: { model, data },
        winner: { model: formerModelName, decisionId: formerDecisionId },
      },
    },
  },
  invalid: [
    { path: 'data.caller', value: 'reporting', reason: 'inference has two callers' },
    { path: 'data.models[0].role', value: 'loser', reason: 'a model is a candidate or the winner' },
    { path: 'data.rows', value: 499.5, reason: 'rows are counted' },
    { path: 'data.models[0].predictions', reason: 'where the predictions are is what the event is for' },
  ],
});
