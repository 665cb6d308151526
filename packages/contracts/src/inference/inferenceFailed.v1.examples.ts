import { eventExamples } from '../example.ts';
import { aborted, failed, inferenceRun, line, trainingRun } from '../exampleValues.ts';
import { inferenceFailed } from './inferenceFailed.v1.ts';

export const inferenceFailedExamples = eventExamples(inferenceFailed, {
  typical: {
    ...inferenceRun,
    caller: 'production',
    ...line,
    ...failed('inference', 'States.TaskFailed', '3 of 500 rows are missing'),
  },
  minimal: { ...trainingRun, caller: 'evaluation', ...line, ...aborted('inference') },
  invalid: [
    { path: 'data.caller', reason: 'whose inference failed decides what it means' },
    { path: 'data.status', value: 'STOPPED', reason: 'that is how jobs end, not executions' },
    { path: 'metadata.schemaVersion', value: '1', reason: 'a version is major and minor' },
  ],
});
