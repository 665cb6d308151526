import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AwsError, type Cloud } from '../aws.ts';
import { Store } from '../store.ts';
import { Outbox, type Failure } from './outbox.ts';

describe('an outbox', () => {
  let store: Store;
  const gaveUp: Failure[] = [];
  let attempts = 0;
  const outbox = (failures: readonly (Error | undefined)[]) => {
    const left = [...failures];
    return new Outbox<string>({ store } as Cloud, 'test', {
      deliver() {
        attempts += 1;
        const failure = left.shift();
        return failure === undefined ? Promise.resolve() : Promise.reject(failure);
      },
      giveUp(_, failure) {
        gaveUp.push(failure);
        return Promise.resolve();
      },
    });
  };
  const undelivered = () => store.collection('test').list().length;
  const throttled = new AwsError('ThrottlingException', 'slow down', { status: 429 });

  beforeEach(() => {
    jest.useFakeTimers();
    store = new Store(':memory:');
    gaveUp.length = attempts = 0;
  });
  afterEach(() => {
    store.close();
    jest.useRealTimers();
  });

  it('delivers nothing before the cloud is complete, and then everything', async () => {
    const box = outbox([]);
    box.put('a', 'work');
    await jest.advanceTimersByTimeAsync(1000);
    expect(attempts).toBe(0);
    box.resume();
    await jest.advanceTimersByTimeAsync(0);
    expect([attempts, undelivered()]).toEqual([1, 0]);
  });

  it('goes on after a restart with what was not delivered', async () => {
    outbox([]).put('a', 'work');
    const next = outbox([]);
    next.resume();
    await jest.advanceTimersByTimeAsync(0);
    expect([attempts, undelivered()]).toEqual([1, 0]);
  });

  it('tries again, later each time', async () => {
    const box = outbox([throttled, new Error('socket'), undefined]);
    box.resume();
    box.put('a', 'work');
    await jest.advanceTimersByTimeAsync(400);
    expect(attempts).toBe(1);
    await jest.advanceTimersByTimeAsync(600);
    expect(attempts).toBe(2);
    await jest.advanceTimersByTimeAsync(2000);
    expect([attempts, undelivered(), gaveUp]).toEqual([3, 0, []]);
  });

  it.each([
    ['185 retries', 0, 'MaximumRetryAttempts'],
    ['a day', 86_400_000, 'MaximumEventAgeInSeconds'],
  ])('gives up after %s', async (_, waited, exhausted) => {
    const box = outbox(Array<Error>(200).fill(throttled));
    box.put('a', 'work');
    await jest.advanceTimersByTimeAsync(waited);
    box.resume();
    await jest.advanceTimersByTimeAsync(86_400_000);
    expect(gaveUp).toMatchObject([{ error: throttled, exhausted }]);
    expect([attempts, undelivered()]).toEqual([waited === 0 ? 186 : 1, 0]);
  });

  it('gives up at once what no retry mends', async () => {
    const denied = new AwsError('AccessDeniedException', 'no');
    const box = outbox([denied]);
    box.resume();
    box.put('a', 'work');
    await jest.advanceTimersByTimeAsync(0);
    expect(gaveUp).toEqual([{ error: denied, retries: 0 }]);
  });

  it('keeps what fails while the cloud stops', async () => {
    const box = outbox([new AwsError('AccessDeniedException', 'no')]);
    box.resume();
    box.put('a', 'work');
    jest.advanceTimersByTime(0);
    await box.close();
    expect([attempts, gaveUp, undelivered()]).toEqual([1, [], 1]);
  });
});
