import { documentExamples } from '../example.ts';
import {
  catalogueVersion,
  data,
  formerDecisionId,
  formerModelName,
  hash,
  inBucket,
  inferenceRun,
  jobImage,
  line,
  model,
  modelName,
  trainingRun,
} from '../exampleValues.ts';
import { inferenceExecutionInput } from './inferenceExecutionInput.v1.ts';

const shared = { schemaVersion: '1.0', ...line, digest: '0123456789ab', catalogueVersion, jobImage };

const output = (caller: 'evaluation' | 'production', month: string, runId: string) => ({
  work: inBucket('predictions', `work/${caller}/${runId}/DE/weee/`),
  predictions: inBucket('predictions', `${caller}/month=${month}/run=${runId}/country=DE/scheme=weee/`),
  summary: inBucket('predictions', `summary/${caller}/${runId}/DE/weee/`),
});

export const inferenceExecutionInputExamples = documentExamples(inferenceExecutionInput, {
  typical: {
    ...shared,
    ...trainingRun,
    caller: 'evaluation',
    month: '2026-11',
    dataset: { uri: data.test.features, rows: 100, hash },
    models: [
      { role: 'candidate', name: modelName },
      { role: 'winner', name: formerModelName },
    ],
    output: output('evaluation', '2026-11', trainingRun.runId),
    comparison: { candidate: { model, data }, winner: { model: formerModelName, decisionId: formerDecisionId } },
  },
  minimal: {
    ...shared,
    ...inferenceRun,
    caller: 'production',
    month: '2026-10',
    dataset: { uri: inBucket('data', 'unload/inference/inference-20261101T020000Z/0-0/country=DE/'), rows: 500, hash },
    models: [{ role: 'winner', name: modelName }],
    output: output('production', '2026-10', inferenceRun.runId),
  },
  invalid: [
    { path: 'models', value: [], reason: 'an inference is done by a model' },
    { path: 'digest', value: '0123456789abcdef', reason: 'job names have room for 12 digits' },
    { path: 'output.work', reason: 'the jobs have to be told where to write' },
  ],
});
