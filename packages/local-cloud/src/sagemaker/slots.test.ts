import { describe, expect, it } from '@jest/globals';
import { Slots } from './slots.ts';

const NEVER = new AbortController().signal;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Slots with a clock of their own, and who was served in which order. */
function slotsOf(count: number) {
  let time = 0;
  const slots = new Slots(count, () => time);
  const served: string[] = [];
  const held: (() => void)[] = [];
  return {
    served,
    /** Queues for a slot. */
    ask: (share: string) =>
      void slots.acquire(share, NEVER).then((release) => {
        served.push(share);
        held.push(release);
      }),
    /** Who has held a slot for longest gives it back after some more time. */
    pass: async (units: number) => {
      await settled();
      time += units;
      held.shift()?.();
      await settled();
    },
  };
}

describe('slots', () => {
  it('serve those of one share in the order in which they came', async () => {
    const slots = new Slots(1);
    const served: number[] = [];
    let release = await slots.acquire('a', NEVER);
    for (const who of [1, 2, 3]) {
      void slots.acquire('a', NEVER).then((next) => {
        served.push(who);
        release = next;
      });
    }
    for (const who of [1, 2, 3]) {
      release();
      await settled();
      expect(served).toHaveLength(who);
    }
    expect(served).toEqual([1, 2, 3]);
  });

  it('are not lost to one who gave up waiting', async () => {
    const slots = new Slots(1);
    const release = await slots.acquire('a', NEVER);
    const controller = new AbortController();
    const gaveUp = slots.acquire('a', controller.signal);
    controller.abort(new Error('enough'));
    await expect(gaveUp).rejects.toThrow('enough');
    const next = slots.acquire('a', NEVER);
    release();
    const releaseNext = await next;
    await expect(slots.acquire('a', controller.signal)).rejects.toThrow('enough');
    releaseNext();
    await slots.acquire('a', NEVER);
  });

  it('are as many as there are', async () => {
    const slots = new Slots(2);
    const release = await slots.acquire('a', NEVER);
    await slots.acquire('b', NEVER);
    let third = false;
    const waiting = slots.acquire('c', NEVER).then(() => (third = true));
    await settled();
    expect(third).toBe(false);
    release();
    await waiting;
  });

  it('go to the others first when one has a crowd in the queue', async () => {
    const { ask, pass, served } = slotsOf(1);
    for (let job = 0; job < 5; job += 1) ask('crowd');
    ask('b');
    ask('c');
    for (let turn = 0; turn < 6; turn += 1) await pass(1);
    expect(served.slice(0, 3)).toEqual(['crowd', 'b', 'c']);
    expect(served).toHaveLength(7);
  });

  it('are not all held by one while another waits', async () => {
    const { ask, pass, served } = slotsOf(2);
    ask('a');
    ask('b');
    ask('a');
    ask('c');
    await pass(1); // of a and b, the first ends; the second a waited for longer than c
    expect(served).toEqual(['a', 'b', 'c']);
  });

  it('go less often to one whose jobs are long', async () => {
    const { ask, pass, served } = slotsOf(1);
    for (let turn = 0; turn < 12; turn += 1) {
      ask('long');
      ask('short');
      await pass(served.at(-1) === 'long' ? 5 : 1);
    }
    const share = (name: string) => served.filter((each) => each === name).length;
    expect(share('short')).toBeGreaterThanOrEqual(3 * share('long'));
    expect(share('long')).toBeGreaterThan(1);
  });

  it('give no advance to one that was not there', async () => {
    const { ask, pass, served } = slotsOf(1);
    for (let job = 0; job < 6; job += 1) ask('old');
    for (let turn = 0; turn < 3; turn += 1) await pass(10);
    for (let job = 0; job < 4; job += 1) ask('new');
    for (let turn = 0; turn < 4; turn += 1) await pass(10);
    expect(served.slice(4)).toEqual(expect.arrayContaining(['old', 'new']));
    expect(served.slice(4).filter((each) => each === 'new')).toHaveLength(2);
  });
});
