import { describe, expect, it } from '@jest/globals';
import { Slots } from './slots.ts';

const NEVER = new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('slots', () => {
  it('serve groups in turn, whoever has more waiting', async () => {
    const slots = new Slots(1);
    const served: string[] = [];
    const ask = (group: string, signal = NEVER) => slots.acquire(group, signal).then(() => served.push(group));
    await ask('first');
    const waiting = ['large', 'large', 'large', 'small', 'large', 'other'].map((group) => ask(group));
    for (let turn = 0; turn < waiting.length; turn += 1) {
      slots.release();
      await settled();
      expect(served).toHaveLength(turn + 2);
    }
    expect(served).toEqual(['first', 'large', 'small', 'other', 'large', 'large', 'large']);
  });

  it('are not lost to one who gave up waiting', async () => {
    const slots = new Slots(1);
    await slots.acquire('a', NEVER);
    const controller = new AbortController();
    const gaveUp = slots.acquire('b', controller.signal);
    controller.abort(new Error('enough'));
    await expect(gaveUp).rejects.toThrow('enough');
    const next = slots.acquire('b', NEVER);
    slots.release();
    await next;
    await expect(slots.acquire('c', controller.signal)).rejects.toThrow('enough');
    slots.release();
    await slots.acquire('c', NEVER);
  });

  it('are as many as there are', async () => {
    const slots = new Slots(2);
    await slots.acquire('a', NEVER);
    await slots.acquire('a', NEVER);
    let third = false;
    const waiting = slots.acquire('a', NEVER).then(() => (third = true));
    await settled();
    expect(third).toBe(false);
    slots.release();
    await waiting;
  });
});
