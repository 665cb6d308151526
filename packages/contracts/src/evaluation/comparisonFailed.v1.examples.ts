import { eventExamples } from '../example.ts';
import { aborted, failed, line, trainingRun } from '../exampleValues.ts';
import { comparisonFailed } from './comparisonFailed.v1.ts';

export const comparisonFailedExamples = eventExamples(comparisonFailed, {
  typical: {
    ...trainingRun,
    ...line,
    ...failed('comparison', 'States.TaskFailed', 'AlgorithmError: exit code: 1'),
  },
  minimal: { ...trainingRun, ...line, ...aborted('comparison') },
  invalid: [
    { path: 'data.status', value: 'failed', reason: 'the status is spelt as Step Functions spells it' },
    { path: 'data.runId', reason: 'a comparison belongs to a run' },
    { path: 'data.error', value: 1, reason: 'an error has a name' },
  ],
});
