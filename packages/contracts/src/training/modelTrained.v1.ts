import * as z from 'zod';
import { defineEvent, type EventData } from '../event.ts';
import { arn, country, runId, scheme } from '../values.ts';
import { candidate } from './trainedModel.ts';

export { trainedModel, type TrainedModel, type TrainingData } from './trainedModel.ts';

/**
 * A candidate: the best of its line's trials, ready to be compared with the winner.
 * @classification internal
 */
export const modelTrained = defineEvent(
  'training',
  'ModelTrained.v1',
  '1.0',
  z.object({
    runId,
    country,
    scheme,
    /** The execution of the training state machine. */
    executionArn: arn,
    ...candidate,
  }),
);
export type ModelTrained = EventData<typeof modelTrained>;
