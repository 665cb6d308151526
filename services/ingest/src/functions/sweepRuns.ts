import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { Run } from '@regulabel/shared/tableItems';
import { RegulabelError } from '@regulabel/shared/errors';
import { environment } from '@regulabel/shared/lambda/environment';
import { logger, stateHandler } from '@regulabel/shared/lambda/handlers';
import * as z from 'zod';
import { RunsTable } from '../aws/runsTable.ts';
import { settleRun } from '../aws/settleRun.ts';
import { missingLines } from '../core/completion.ts';
import { NO_ANSWER_STANDING } from '../core/standing.ts';

const dynamodb = new DynamoDBClient({});
const events = new EventBridgeClient({});

/** Closes the runs that are past their deadline, and announces what a crash left unsaid. */
export const handler = stateHandler(z.unknown(), async () => {
  const runs = new RunsTable(dynamodb, environment('RUNS_TABLE'));
  const now = new Date();
  const all = [...(await runs.ofPurpose('training')), ...(await runs.ofPurpose('inference'))];
  const overdue = all.filter(({ status, deadline }) => status === 'running' && new Date(deadline) <= now);
  const unsaid = all.filter(({ announced, revision }) => announced < revision);
  const settled = await Promise.allSettled(
    [...new Set([...overdue, ...unsaid])].map(async (run) => {
      if (overdue.includes(run)) await giveUp(runs, run);
      await settleRun({ runs, events, bus: environment('BUS'), now: () => new Date() }, run.runId);
    }),
  );
  // A run that cannot be settled must not keep the others open.
  const errors = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
  if (errors.length > 0) {
    throw new RegulabelError('SweepIncomplete', `${errors.length} of ${settled.length} runs could not be settled`, {
      cause: new AggregateError(errors),
    });
  }
  return { overdue: overdue.map(({ runId }) => runId), unsaid: unsaid.map(({ runId }) => runId) };
});

async function giveUp(runs: RunsTable, run: Run): Promise<void> {
  const missing = missingLines(run, await runs.results(run.runId));
  logger.warn('A run is past its deadline', { runId: run.runId, missing });
  for (const line of missing) {
    await runs.record(run.runId, { ...line, outcome: 'failed', reason: 'no answer' }, NO_ANSWER_STANDING);
  }
}
