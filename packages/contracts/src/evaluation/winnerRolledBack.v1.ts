import * as z from 'zod';
import { defineEvent, type EventData } from '../event.ts';
import { country, decisionId, name, scheme } from '../values.ts';

/**
 * A person took the winner of a line back. What the former winner labelled stays as it is until the month is labelled again.
 * @classification internal
 */
export const winnerRolledBack = defineEvent(
  'evaluation',
  'WinnerRolledBack.v1',
  '1.0',
  z.object({
    country,
    scheme,
    /** The winner that was taken back. */
    from: z.object({
      decisionId,
      /** The SageMaker model's name: `model` of the prediction rows that it labelled. */
      model: name,
    }),
    /** The winner from now on, a former one of the line; absent: the line has none until a candidate is promoted. */
    to: z
      .object({
        decisionId,
        /** The SageMaker model's name. */
        model: name,
      })
      .optional(),
    /**
     * Why, in the person's own words.
     * @classification confidential
     */
    reason: name,
    /**
     * Who: the ARN of the role session in which the person acted.
     * @classification confidential
     */
    by: name,
  }),
);
export type WinnerRolledBack = EventData<typeof winnerRolledBack>;
