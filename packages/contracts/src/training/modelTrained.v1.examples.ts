import { eventExamples } from '../example.ts';
import { data, executionArn, line, model, trainingRun } from '../exampleValues.ts';
import { modelTrained } from './modelTrained.v1.ts';

const execution = { ...trainingRun, ...line, executionArn: executionArn('training') };

export const modelTrainedExamples = eventExamples(modelTrained, {
  typical: { ...execution, model, data },
  minimal: {
    ...execution,
    model: { ...model, hyperparameters: {} },
    data: { ...data, rows: { train: 20, validation: 0, test: 0 } },
  },
  invalid: [
    { path: 'data.model.name', value: 'a_model', reason: 'a SageMaker name has letters, digits and hyphens only' },
    { path: 'data.model.hyperparameters.epochs', value: 15, reason: 'SageMaker takes hyperparameters as text' },
    { path: 'data.data.rows.test', reason: 'how many rows judge the model is always said, even none' },
    { path: 'metadata.producer', value: 'reporting', reason: 'events come from one of the four services' },
  ],
});
