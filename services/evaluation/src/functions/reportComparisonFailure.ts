import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { executionInput } from '@regulabel/shared/aws/executions';
import { publish } from '@regulabel/shared/aws/publish';
import { comparisonFailed } from '@regulabel/contracts/evaluation/comparisonFailed.v1';
import { environment } from '@regulabel/shared/lambda/environment';
import { failureOf } from '@regulabel/shared/lambda/failures';
import { executionEnded, queueHandler } from '@regulabel/shared/lambda/handlers';
import { comparisonExecutionInput } from '../core/comparisonExecution.ts';

const sfn = new SFNClient({});
const eventBridge = new EventBridgeClient({});

const bus = environment('BUS');

/** A comparison failed, timed out or was aborted: says so on our bus. */
export const handler = queueHandler(executionEnded, async ({ id, detail }) => {
  const { runId, country, scheme } = await executionInput(sfn, detail, comparisonExecutionInput);
  await publish(eventBridge, bus, {
    contract: comparisonFailed,
    data: { runId, country, scheme, ...failureOf(detail) },
    correlationId: runId,
    causationId: detail.executionArn,
    // An execution can fail again after a redrive: each status event is a failure of its own.
    identity: [id],
    time: new Date(),
  });
});
