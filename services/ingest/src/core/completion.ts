import type { LineResult, RunSummary } from '@regulabel/contracts/ingest/runSummary.v1';
import type { Run } from '@regulabel/shared/tableItems';
import { lineName, type Line } from '@regulabel/contracts/values';
import { canonicalJson } from '@regulabel/shared/digests';

/** The lines of a run that nothing is known of yet. */
export function missingLines(run: Run, results: readonly LineResult[]): Line[] {
  const known = new Set(results.map(lineName));
  return run.lines.filter((line) => !known.has(lineName(line)));
}

/**
 * The next revision of the completion of a run whose lines all have results: the first one, and another one whenever
 * the results are no longer what the last one said. `undefined` when there is nothing new to say.
 */
export function nextCompletion(
  run: Run,
  results: readonly LineResult[],
  { last, earlierRuns, now }: { last: RunSummary | undefined; earlierRuns: readonly Run[]; now: Date },
): RunSummary | undefined {
  const byLine = new Map(results.map((result) => [lineName(result), result]));
  const lines = run.lines.flatMap((line) => byLine.get(lineName(line)) ?? []);
  if (last && canonicalJson(last.lines) === canonicalJson(lines)) return undefined;
  // A run is closed once; later revisions change what it says, not its place among the runs of its month.
  const closedAt = run.closedAt ?? now.toISOString();
  const supersedes = supersededRun(run, closedAt, earlierRuns);
  return {
    runId: run.runId,
    ...(run.month === undefined ? {} : { month: run.month }),
    catalogueVersion: run.catalogue.version,
    startedAt: run.startedAt,
    closedAt,
    revision: run.revision + 1,
    ...(supersedes === undefined ? {} : { supersedes }),
    lines,
  };
}

/** The last run of the same month that was closed before. */
function supersededRun(run: Run, closedAt: string, runs: readonly Run[]): string | undefined {
  if (run.month === undefined) return undefined;
  return runs
    .filter(
      (other) => other.runId !== run.runId && other.month === run.month && (other.closedAt ?? closedAt) < closedAt,
    )
    .sort((a, b) => ((a.closedAt ?? '') < (b.closedAt ?? '') ? 1 : -1))[0]?.runId;
}
