import * as z from 'zod';
import { arn } from './values.ts';

/** How an execution ended when it did not succeed, as Step Functions' status event tells it. */
export const failure = {
  executionArn: arn,
  status: z.enum(['FAILED', 'TIMED_OUT', 'ABORTED']),
  /** The named error, e.g. `UnloadFailed`; `Aborted` or `TimedOut` where Step Functions gives none. */
  error: z.string().min(1),
  cause: z.string(),
};

export const failureExample = (machine: string, error: string, cause: string) => ({
  executionArn: `arn:aws:states:eu-west-1:111122223333:execution:regulabel-dev-${machine}:example`,
  status: 'FAILED' as const,
  error,
  cause,
});
