import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { publish } from '@regulabel/shared/aws/publish';
import { extractionFailed } from '@regulabel/contracts/ingest/extractionFailed.v1';
import { environment } from '@regulabel/shared/lambda/environment';
import { failureOf } from '@regulabel/shared/lambda/failures';
import { executionEnded, logger, queueHandler } from '@regulabel/shared/lambda/handlers';
import { parseJson } from '@regulabel/contracts/parse';
import { RunsTable } from '../aws/runsTable.ts';
import { extractionInput, runIdOf } from '../core/extraction.ts';

const dynamodb = new DynamoDBClient({});
const events = new EventBridgeClient({});

/** Turns Step Functions' word about an extraction into ours. */
export const handler = queueHandler(executionEnded, async ({ id, detail }) => {
  const { executionArn } = detail;
  const input = parseJson(extractionInput, detail.input ?? '', `the input of ${executionArn}`);
  const runId = runIdOf(input);
  const run = await new RunsTable(dynamodb, environment('RUNS_TABLE')).find(runId);
  if (run && run.executionArn !== executionArn) {
    logger.info('A duplicate did not end well; the run belongs to another execution', { runId, executionArn });
    return;
  }
  await publish(events, environment('BUS'), {
    contract: extractionFailed,
    data: { runId, purpose: input.purpose, ...failureOf(detail) },
    correlationId: runId,
    causationId: executionArn,
    // A redriven execution that fails again is another event; the same message again is not.
    identity: [executionArn, id],
    time: new Date(),
  });
});
