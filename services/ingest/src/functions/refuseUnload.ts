import { RegulabelError } from '@regulabel/shared/errors';
import { stateHandler } from '@regulabel/shared/lambda/handlers';
import * as z from 'zod';

const endedUnload = z.object({
  statementId: z.string(),
  status: z.enum(['FAILED', 'ABORTED']),
  error: z.string().optional(),
  /** How often the execution was redriven since the statement was executed. */
  redrives: z.int().nonnegative(),
});

/**
 * Throws `UnloadFailed` or `UnloadAborted` with Redshift's own words. After a redrive it returns: the machine goes on
 * to a fresh UNLOAD.
 */
export const handler = stateHandler(endedUnload, ({ statementId, status, error, redrives }) => {
  if (redrives > 0) return Promise.resolve({ retired: statementId });
  throw status === 'FAILED'
    ? new RegulabelError(
        'UnloadFailed',
        `Redshift could not run statement ${statementId}: ${error ?? 'it does not say why'}`,
      )
    : new RegulabelError(
        'UnloadAborted',
        `statement ${statementId} was cancelled in Redshift${error ? `: ${error}` : ''}`,
      );
});
