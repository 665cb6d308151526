/**
 * Keys of the two tables. Their items are documents beside these keys:
 * - runs: `run` of `tableItems`, `lineResult` and, for each revision, `runSummary` of `contracts/ingest/runSummary.v1`, and the
 *   pointer to the catalogue in force (`catalogueInForce`). A `lineResult` also has `standing`, a text that tells its answer from
 *   every other one. The index `byPurpose` (`purpose`, `startedAt`) holds the runs only.
 * - winners: `winner` of `tableItems`, `decision` of `contracts/evaluation/decision.v1`.
 */
import { lineName, type Line } from '@regulabel/contracts/values';

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export const runKey = (runId: string): Key => ({ pk: `run#${runId}`, sk: 'run' });
export const lineResultKey = (runId: string, line: Line): Key => ({ pk: `run#${runId}`, sk: `line#${lineName(line)}` });
/** What the completion event of this revision carries, word for word. */
export const completionKey = (runId: string, revision: number): Key => ({
  pk: `run#${runId}`,
  sk: `completion#${revision}`,
});
export const catalogueInForceKey: Key = { pk: 'catalogue', sk: 'current' };
export const RUNS_BY_PURPOSE = 'byPurpose';

export const winnerKey = (line: Line): Key => ({ pk: lineName(line), sk: 'winner' });
export const decisionKey = (line: Line, decisionId: string): Key => ({
  pk: lineName(line),
  sk: `decision#${decisionId}`,
});
