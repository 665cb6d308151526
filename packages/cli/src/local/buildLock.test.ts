import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { locked } from './buildLock.ts';

describe('locked', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'lock-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('lets one work at a time, the next one also after a failure', async () => {
    const order: string[] = [];
    const { promise: inside, resolve: enter } = Promise.withResolvers<undefined>();
    const { promise: leave, reject: fail } = Promise.withResolvers<undefined>();
    const first = locked(folder, async () => {
      enter(undefined);
      await leave.finally(() => order.push('first'));
    });
    await inside;
    const second = locked(folder, () => Promise.resolve(order.push('second')));
    fail(new Error('it does not build'));
    await expect(first).rejects.toThrow('it does not build');
    await second;
    expect(order).toEqual(['first', 'second']);
  });
});
