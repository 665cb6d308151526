import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { extractionFailed } from '@regulabel/contracts/ingest/extractionFailed.v1';
import { lineName } from '@regulabel/contracts/values';
import { RegulabelError } from '@regulabel/shared/errors';
import { environment } from '@regulabel/shared/lambda/environment';
import { eventHandler, logger } from '@regulabel/shared/lambda/handlers';
import { RunsTable } from '../aws/runsTable.ts';
import { settleRun } from '../aws/settleRun.ts';
import { standing } from '../core/standing.ts';
import { terminalEvents, verdictOf } from '../core/terminalEvents.ts';

const dynamodb = new DynamoDBClient({});
const events = new EventBridgeClient({});

/** Records how lines ended and closes the run with the last of them. */
export const handler = eventHandler(terminalEvents, async (event) => {
  const verdict = verdictOf(event);
  const runs = new RunsTable(dynamodb, environment('RUNS_TABLE'));
  if (event['detail-type'] === extractionFailed.detailType && !(await runs.find(verdict.runId))) {
    // It failed before it had claimed its run: there is nothing to close.
    logger.warn('An extraction failed before its run began', { runId: verdict.runId });
    return;
  }
  const run = await runs.get(verdict.runId);
  const results = verdict.results(run);
  const expected = new Set(run.lines.map(lineName));
  for (const result of results) {
    if (!expected.has(lineName(result))) {
      throw new RegulabelError('LineUnknown', `run ${run.runId} does not have the line ${lineName(result)}`);
    }
    await runs.record(run.runId, result, standing(result.outcome, verdict.at, verdict.eventId));
  }
  if (results.length === 0) return;
  await settleRun({ runs, events, bus: environment('BUS'), now: () => new Date() }, run.runId);
});
