import type { Served } from '../local/localCloud.ts';
import { asksForSomething, needsOf } from './changes.ts';
import type { Sources } from './sources.ts';
import { Swap } from './swap.ts';

interface Watch {
  /** The services that are deployed. */
  readonly services: readonly string[];
  readonly cloud: Served;
  readonly say: (line: string) => void;
  /** What begins when a change was brought in. */
  readonly then?: () => void;
}

/** Brings every change of the sources into a local cloud that serves, one after the other, until the sources are closed. */
export async function watch(sources: Sources, { services, cloud, say, then }: Watch): Promise<void> {
  const swap = await Swap.of(services, cloud, say);
  try {
    for (let paths = await sources.changed(); paths !== undefined; paths = await sources.changed()) {
      const needs = needsOf(paths, services);
      if (!asksForSomething(needs)) continue;
      await swap.bring(needs);
      then?.();
    }
  } finally {
    await swap.close();
  }
}
