/**
 * The process that starts programs for the local cloud. A fork copies the page tables of whoever forks: that takes the
 * cloud, with its hundreds of megabytes, longer than the program takes to start, and all its requests wait for it.
 */
import { CLOSED, runChild } from './child.ts';
import type { Answer, Order } from './launcher.ts';

const running = new Map<number, AbortController>();

process.on('message', (order: Order) => {
  if ('program' in order) void start(order);
  else running.get(order.id)?.abort(order.atOnce ? CLOSED : undefined);
});

// The cloud is gone, however that happened: what it started goes too, and then nothing keeps this process.
process.on('disconnect', () => {
  for (const controller of running.values()) controller.abort(CLOSED);
});

// Ctrl+C reaches the whole terminal; when this process ends is for the cloud to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

async function start({ id, program }: Extract<Order, { program: unknown }>): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  const { signal } = controller;
  const started = (identity: Extract<Answer, { identity: unknown }>['identity']) => {
    answer({ id, identity });
  };
  try {
    answer({ id, exitCode: await runChild({ ...program, signal, started }) });
  } catch (error) {
    answer({ id, problem: error instanceof Error ? error.message : String(error) });
  } finally {
    running.delete(id);
  }
}

function answer(message: Answer): void {
  if (process.connected) process.send?.(message);
}
