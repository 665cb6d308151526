import * as z from 'zod';
import { candidate } from '../training/trainedModel.ts';
import { name } from '../values.ts';

/** What a comparison needs again once the predictions are there; inference carries it along unread. */
export const comparisonSubject = z.object({
  /** The newly trained model and the rows behind it. */
  candidate: z.object(candidate),
  /** The winner that the candidate was measured against; the comparison only counts while it still is the winner. */
  winner: z
    .object({
      /** The SageMaker model's name. */
      model: name,
      /** The decision that made it the winner. */
      decisionId: name,
    })
    .optional(),
});
export type ComparisonSubject = z.infer<typeof comparisonSubject>;

/** What a model is in an inference: `winner` is the line's model in production. */
export const role = z.enum(['candidate', 'winner']);
