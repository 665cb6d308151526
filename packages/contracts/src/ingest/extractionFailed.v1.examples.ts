import { eventExamples } from '../example.ts';
import { aborted, failed, inferenceRun, trainingRun } from '../exampleValues.ts';
import { extractionFailed } from './extractionFailed.v1.ts';

export const extractionFailedExamples = eventExamples(extractionFailed, {
  typical: {
    ...trainingRun,
    purpose: 'training',
    ...failed('extract', 'UnloadFailed', 'relation "labelled_items" does not exist'),
  },
  minimal: { ...inferenceRun, purpose: 'inference', ...aborted('extract') },
  invalid: [
    { path: 'data.purpose', value: 'evaluation', reason: 'a run trains or labels' },
    { path: 'data.status', value: 'SUCCEEDED', reason: 'an extraction that succeeded is ExtractionCompleted' },
    { path: 'data.error', value: '', reason: 'an error has a name' },
  ],
});
