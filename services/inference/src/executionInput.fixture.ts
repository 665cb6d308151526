import type { InferenceExecutionInput } from '@regulabel/contracts/inference/inferenceExecutionInput.v1';
import { modelTrainedExamples } from '@regulabel/contracts/training/modelTrained.v1.examples';
import { inferenceOutput } from '@regulabel/shared/keys';

/** For tests: an input of each caller. Evaluation asks for two models, production for one. */
export function executionInputExample(caller: InferenceExecutionInput['caller']): InferenceExecutionInput {
  const runId = caller === 'evaluation' ? 'training-20261101T020000Z' : 'inference-20261101T040000Z';
  const line = { country: 'DE', scheme: 'weee' };
  const winner = { role: 'winner' as const, name: 'dev-m-fedcba987654-0-0' };
  const { model, data } = modelTrainedExamples.typical;
  return {
    schemaVersion: '1.0',
    runId,
    caller,
    ...line,
    month: '2026-10',
    digest: '0123456789ab',
    dataset: { uri: caller === 'evaluation' ? data.test.features : 's3://data/unload/', rows: 100, hash: data.hash },
    catalogueVersion: '0123456789abcdef',
    jobImage: 'jobs@sha256:0',
    models: caller === 'evaluation' ? [{ role: 'candidate', name: model.name }, winner] : [winner],
    output: inferenceOutput('predictions', caller, '2026-10', { runId, ...line }),
    ...(caller === 'evaluation' && {
      comparison: {
        candidate: { model, data },
        winner: { model: winner.name, decisionId: '0123456789abcdef0123456789abcdef' },
      },
    }),
  };
}
