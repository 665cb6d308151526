import { eventExamples } from '../example.ts';
import { aborted, failed, line, trainingRun } from '../exampleValues.ts';
import { trainingFailed } from './trainingFailed.v1.ts';

export const trainingFailedExamples = eventExamples(trainingFailed, {
  typical: {
    ...trainingRun,
    ...line,
    ...failed('training', 'States.TaskFailed', 'AlgorithmError: exit code: 1'),
  },
  minimal: { ...trainingRun, ...line, ...aborted('training') },
  invalid: [
    { path: 'data.executionArn', value: 'regulabel-dev-training', reason: 'an execution is named by its ARN' },
    { path: 'data.cause', value: null, reason: 'a cause that is not known is empty' },
    { path: 'data.scheme', reason: 'a training is of a line: country and scheme' },
  ],
});
