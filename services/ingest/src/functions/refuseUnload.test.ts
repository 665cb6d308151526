import { context } from '@regulabel/testing/lambda';
import { describe, expect, it } from '@jest/globals';
import { handler } from './refuseUnload.ts';

const ended = { statementId: 'id-1', status: 'FAILED', error: 'ERROR: permission denied', redrives: 0 };

describe('refuseUnload', () => {
  it("fails with Redshift's own words", async () => {
    await expect(handler(ended, context)).rejects.toMatchObject({
      name: 'UnloadFailed',
      message: 'Redshift could not run statement id-1: ERROR: permission denied',
    });
  });

  it('tells a statement that was cancelled', async () => {
    const cancelled = { statementId: 'id-1', status: 'ABORTED', redrives: 0 };
    await expect(handler(cancelled, context)).rejects.toMatchObject({ name: 'UnloadAborted' });
  });

  it('lets a redriven execution go on to a fresh UNLOAD', async () => {
    await expect(handler({ ...ended, redrives: 1 }, context)).resolves.toEqual({ retired: 'id-1' });
  });
});
