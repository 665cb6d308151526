import { InterruptedError, INTERRUPTED } from './errors.ts';

/** Within so long it is one Ctrl-C: the terminal, npm and what npm starts may each pass it on. */
const ONE_PRESS_MS = 1000;

interface Signals {
  on(signal: 'SIGINT', listener: () => void): unknown;
}

/** Rejects with `InterruptedError` at the first Ctrl-C; a later one ends the process at once, whatever it does. */
export function interruption(
  goOn: string,
  { signals, exit, now }: { signals: Signals; exit: (code: number) => void; now: () => number } = {
    signals: process,
    exit: (code) => process.exit(code),
    now: Date.now,
  },
): Promise<never> {
  let first: number | undefined;
  return new Promise((_resolve, reject) => {
    signals.on('SIGINT', () => {
      first ??= now();
      if (now() - first >= ONE_PRESS_MS) exit(INTERRUPTED);
      reject(new InterruptedError(`stopped; ${goOn}`));
    });
  });
}
