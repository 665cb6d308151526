import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { lineResult, runSummary, type RunSummary } from '@regulabel/contracts/ingest/runSummary.v1';
import { lineName } from '@regulabel/contracts/values';
import { canonicalJson } from '@regulabel/shared/digests';
import { runsTable } from '@regulabel/shared/names';
import { parse } from '@regulabel/contracts/parse';
import { completionKey } from '@regulabel/shared/tables';
import type { RunState } from '../runs/readRuns.ts';
import { sourceOf, type Source } from '../runs/waitForRun.ts';
import type { Session } from '../session.ts';
import type { Unsuccessful } from './unsuccessful.ts';

/** What a redrive waits for. */
export interface Redriven {
  /** The run as it was before. */
  readonly before: RunState;
  readonly executions: readonly Unsuccessful[];
  readonly at: Date;
}

/**
 * A run to be watched after a redrive. The run's row goes on saying `closed`: here the run is open again until every line
 * that was failed has another answer, the redriven executions have ended, and the run's completion says what came of it.
 */
export function reopenedSource(session: Session, redriven: Redriven): Source {
  const source = sourceOf(session, redriven.before.run.runId);
  return {
    ...source,
    run: async () => {
      const state = await source.run();
      if (state === undefined) return undefined;
      const view = reopened(state, redriven);
      if (view.run.status === 'running') return view;
      const isOver = (await haveEnded(session, redriven.executions)) && (await isSaid(session, state));
      return isOver ? state : { ...view, run: { ...view.run, status: 'running' } };
    },
  };
}

/** The run since the redrive: a redriven line that had failed has no answer until there is another one than before. */
export function reopened(state: RunState, { before, executions, at }: Redriven): RunState {
  const ofAll = executions.some(({ line }) => line === undefined);
  const names = new Set(executions.flatMap(({ line }) => (line === undefined ? [] : [lineName(line)])));
  const failures = new Map(
    before.results.flatMap((result) =>
      result.outcome === 'failed' && (ofAll || names.has(lineName(result)))
        ? [[lineName(result), result.standing]]
        : [],
    ),
  );
  const results = state.results.filter((result) => {
    const name = lineName(result);
    return !failures.has(name) || failures.get(name) !== result.standing;
  });
  const status = results.length < state.results.length ? 'running' : state.run.status;
  return { run: { ...state.run, status, startedAt: at.toISOString() }, results };
}

async function haveEnded({ sfn }: Session, executions: readonly Unsuccessful[]): Promise<boolean> {
  for (const { executionArn } of executions) {
    const { status } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (status === 'RUNNING') return false;
  }
  return true;
}

/** Whether the last revision of the run's completion is announced, and says what its lines say. */
async function isSaid({ dynamodb, place }: Session, { run, results }: RunState): Promise<boolean> {
  if (run.announced < run.revision) return false;
  const Key = marshall({ ...completionKey(run.runId, run.revision) });
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName: runsTable(place), Key, ConsistentRead: true }));
  if (Item === undefined) return false;
  const completion = parse(runSummary, unmarshall(Item), `completion ${run.revision} of run ${run.runId}`);
  return saysTheSame(completion, results);
}

export function saysTheSame({ lines }: Pick<RunSummary, 'lines'>, results: RunState['results']): boolean {
  const inOrder = (answers: RunState['results']): string[] =>
    answers.map((each) => canonicalJson(lineResult.parse(each))).sort();
  return canonicalJson(inOrder(lines)) === canonicalJson(inOrder(results));
}
