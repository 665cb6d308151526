import { describe, expect, it } from '@jest/globals';
import { Slots } from './slots.ts';

const NEVER = new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('slots', () => {
  it('serve those who wait in the order in which they came', async () => {
    const slots = new Slots(1);
    const served: number[] = [];
    const ask = (who: number) => slots.acquire(NEVER).then(() => served.push(who));
    await ask(0);
    const waiting = [1, 2, 3].map(ask);
    for (const who of [1, 2, 3]) {
      slots.release();
      await settled();
      expect(served).toHaveLength(who + 1);
    }
    await Promise.all(waiting);
    expect(served).toEqual([0, 1, 2, 3]);
  });

  it('are not lost to one who gave up waiting', async () => {
    const slots = new Slots(1);
    await slots.acquire(NEVER);
    const controller = new AbortController();
    const gaveUp = slots.acquire(controller.signal);
    controller.abort(new Error('enough'));
    await expect(gaveUp).rejects.toThrow('enough');
    const next = slots.acquire(NEVER);
    slots.release();
    await next;
    await expect(slots.acquire(controller.signal)).rejects.toThrow('enough');
    slots.release();
    await slots.acquire(NEVER);
  });

  it('are as many as there are', async () => {
    const slots = new Slots(2);
    await slots.acquire(NEVER);
    await slots.acquire(NEVER);
    let third = false;
    const waiting = slots.acquire(NEVER).then(() => (third = true));
    await settled();
    expect(third).toBe(false);
    slots.release();
    await waiting;
  });
});
