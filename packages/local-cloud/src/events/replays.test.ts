import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Cloud } from '../aws.ts';
import { Store } from '../store.ts';
import { Archives } from './archives.ts';
import { fieldsOf } from './pattern.ts';
import { Replays, type Buses, type ReplayedEvent } from './replays.ts';

const ARN = (resource: string) => `arn:aws:events:eu-west-1:111122223333:${resource}`;

/** 250 events, so that their replay takes three steps and a last one that finds nothing. */
describe('a replay of many events', () => {
  let store: Store;
  let replayed: ReplayedEvent[];
  const cloud = () => ({ store, region: 'eu-west-1', account: '111122223333' }) as Cloud;
  const ids = Array.from({ length: 250 }, (_, n) => `event-${String(n).padStart(3, '0')}`);

  /** What a process has; what the one before it had is left as a kill leaves it. */
  const start = (failsAt?: number): Replays => {
    const buses: Buses = {
      bus: (Arn) => ({ Arn, Name: 'own' }),
      rules: () => [],
      replay(event) {
        if (replayed.length === failsAt) throw new Error('killed');
        replayed.push(event);
        store.collection('promised').put(event.id, event);
      },
    };
    const replays = new Replays(cloud(), new Archives(cloud()), buses);
    replays.resume();
    return replays;
  };
  const promised = () => store.collection('promised').list().length;
  const oneStepOrTwo = () => jest.advanceTimersToNextTimerAsync();

  beforeEach(async () => {
    jest.useFakeTimers();
    store = new Store(':memory:');
    replayed = [];
    const archives = new Archives(cloud());
    await archives.create('own', ARN('event-bus/own'), {});
    for (const id of ids) {
      const event = { version: '0', id, 'detail-type': 'd', source: 's', account: 'a', time: '2026-03-01T10:00:00Z' };
      archives.keep(
        ARN('event-bus/own'),
        { ...event, version: '0', region: 'r', resources: [], detail: {} },
        fieldsOf({ kind: 'object', members: [] }),
      );
    }
  });
  afterEach(() => {
    store.close();
    jest.useRealTimers();
  });
  const begin = (replays: Replays) =>
    replays.start({
      ReplayName: 'again',
      EventSourceArn: ARN('archive/own'),
      EventStartTime: Date.parse('2026-03-01T00:00:00Z') / 1000,
      EventEndTime: Date.parse('2026-03-02T00:00:00Z') / 1000,
      Destination: { Arn: ARN('event-bus/own') },
    });

  it('goes on after a kill where it was, and brings each event once', async () => {
    const first = start();
    begin(first);
    await oneStepOrTwo();
    expect(first.replay('again').State).toBe('RUNNING');
    expect(replayed.length).toBeLessThan(250);
    jest.clearAllTimers();

    const second = start();
    await jest.runAllTimersAsync();
    expect(replayed.map(({ id }) => id)).toEqual(ids);
    expect(second.replay('again')).toMatchObject({ State: 'COMPLETED' });
  });

  it('promises a step whole or not at all', async () => {
    begin(start(150));
    await jest.advanceTimersByTimeAsync(100);
    expect([replayed.length, promised()]).toEqual([150, 100]);
    jest.clearAllTimers();

    replayed = [];
    const second = start();
    await jest.runAllTimersAsync();
    expect(replayed.map(({ id }) => id)).toEqual(ids.slice(100));
    expect([promised(), second.replay('again').State]).toEqual([250, 'COMPLETED']);
  });

  it('is cancelled between two steps', async () => {
    const replays = start();
    begin(replays);
    await oneStepOrTwo();
    replays.cancel('again');
    const before = replayed.length;
    await jest.runAllTimersAsync();
    expect(replays.replay('again').State).toBe('CANCELLED');
    expect(replayed).toHaveLength(before);
    expect(before).toBeLessThan(250);
  });
});
