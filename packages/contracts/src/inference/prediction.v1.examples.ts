import { documentExamples } from '../example.ts';
import { catalogueVersion, inferenceRun, line, modelName } from '../exampleValues.ts';
import { prediction } from './prediction.v1.ts';

export const predictionExamples = documentExamples(prediction, {
  typical: {
    item_id: 'B0EXAMPLE1',
    ...line,
    code: 'SG2',
    confidence: 0.97,
    quantity: 12,
    month: '2026-10',
    model: modelName,
    code_list: catalogueVersion,
    run: inferenceRun.runId,
  },
  minimal: {
    item_id: '1',
    ...line,
    code: '1',
    confidence: 0,
    quantity: 0,
    month: '2026-10',
    model: 'm',
    code_list: catalogueVersion,
    run: 'inference-1',
  },
  invalid: [
    { path: 'confidence', value: 97, reason: 'confidence is a share, not a percentage' },
    { path: 'quantity', value: -1, reason: 'returns are not subtracted' },
    { path: 'code', value: null, reason: 'every row gets a code' },
  ],
});
