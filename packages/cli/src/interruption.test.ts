import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { InterruptedError } from './errors.ts';
import { interruption } from './interruption.ts';

describe('interruption', () => {
  const exits: number[] = [];
  const signals = new EventEmitter();
  let time = 0;
  const around = { signals, exit: (code: number) => void exits.push(code), now: () => time };

  it('is one for a Ctrl-C that arrives several times, and ends the process at the next', async () => {
    const interrupted = interruption('the same command goes on', around);
    signals.emit('SIGINT');
    time = 400;
    signals.emit('SIGINT');
    await expect(interrupted).rejects.toThrow(InterruptedError);
    await expect(interrupted).rejects.toThrow('stopped; the same command goes on');
    expect(exits).toEqual([]);
    time = 3000;
    signals.emit('SIGINT');
    expect(exits).toEqual([130]);
  });
});
