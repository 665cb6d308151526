import * as z from 'zod';
import { arn, name } from './values.ts';

/** How an execution ended when it did not succeed, as Step Functions' status event tells it. */
export const failure = {
  /** The execution of the state machine that failed. */
  executionArn: arn,
  /** How the execution ended. */
  status: z.enum(['FAILED', 'TIMED_OUT', 'ABORTED']),
  /** The named error, e.g. `UnloadFailed`; `Aborted` or `TimedOut` where Step Functions gives none. */
  error: name,
  /**
   * What failed, in words, at most 2,000 characters. It may name tables, files and roles; it never quotes rows.
   * @classification confidential
   */
  cause: z.string(),
};
