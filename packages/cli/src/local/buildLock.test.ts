import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { locked } from './buildLock.ts';

describe('locked', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'lock-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('lets one work at a time, the next one also after a failure, and says once that it waits', async () => {
    const order: string[] = [];
    const { promise: inside, resolve: enter } = Promise.withResolvers<undefined>();
    const { promise: leave, reject: fail } = Promise.withResolvers<undefined>();
    const first = locked(folder, {
      work: async () => {
        enter(undefined);
        await leave.finally(() => order.push('first'));
      },
      waiting: () => order.push('first waits'),
    });
    await inside;
    const second = locked(folder, {
      work: () => Promise.resolve(order.push('second')),
      waiting: () => order.push('second waits'),
    });
    fail(new Error('it does not build'));
    await expect(first).rejects.toThrow('it does not build');
    await second;
    expect(order).toEqual(['second waits', 'first', 'second']);
  });
});
