import { eventExamples } from '../example.ts';
import { decisionId, formerDecisionId, formerModelName, line, modelName } from '../exampleValues.ts';
import { winnerRolledBack } from './winnerRolledBack.v1.ts';

export const winnerRolledBackExamples = eventExamples(winnerRolledBack, {
  typical: {
    ...line,
    from: { decisionId, model: modelName },
    to: { decisionId: formerDecisionId, model: formerModelName },
    reason: 'Monitors were labelled as lamps since October.',
    by: 'arn:aws:sts::111122223333:assumed-role/regulabel-dev-operator/ada',
  },
  minimal: {
    ...line,
    from: { decisionId, model: modelName },
    reason: 'No model is to be used for this line.',
    by: 'arn:aws:sts::111122223333:assumed-role/regulabel-dev-operator/ada',
  },
  invalid: [
    { path: 'data.reason', value: '', reason: 'whoever rolls back says why' },
    { path: 'data.by', reason: 'a rollback is somebody’s act' },
    { path: 'data.to', value: null, reason: 'where no winner is left, the field is absent' },
  ],
});
