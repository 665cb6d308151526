import type { Figures } from './figures.ts';

/** The figures of a month's runs: those that count, and those of the runs before it, the latest first. */
export interface Standing {
  readonly figures: Figures;
  readonly superseded: readonly Figures[];
}

/**
 * Of a run its highest revision counts, of a month the run that was closed last, in whatever order the events came: a run's
 * `closedAt` stays the same in all its revisions. Undefined when nothing is known of the month.
 */
export function standing(all: readonly Figures[]): Standing | undefined {
  const byRun = new Map<string, Figures>();
  for (const each of all) {
    const known = byRun.get(each.runId);
    if (known === undefined || known.revision < each.revision) byRun.set(each.runId, each);
  }
  const [last, ...superseded] = [...byRun.values()].sort(
    (one, other) => Date.parse(other.closedAt) - Date.parse(one.closedAt) || (one.runId < other.runId ? 1 : -1),
  );
  return last && { figures: last, superseded };
}
