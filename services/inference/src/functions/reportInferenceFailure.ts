import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { executionInput } from '@regulabel/shared/aws/executions';
import { publish } from '@regulabel/shared/aws/publish';
import { inferenceExecutionInput } from '@regulabel/contracts/inference/inferenceExecutionInput.v1';
import { inferenceFailed } from '@regulabel/contracts/inference/inferenceFailed.v1';
import { environment } from '@regulabel/shared/lambda/environment';
import { failureOf } from '@regulabel/shared/lambda/failures';
import { executionEnded, queueHandler } from '@regulabel/shared/lambda/handlers';

const sfn = new SFNClient({});
const eventBridge = new EventBridgeClient({});

const bus = environment('BUS');

/** An inference failed, timed out or was aborted: says so on our bus, whoever asked for it. */
export const handler = queueHandler(executionEnded, async ({ id, detail }) => {
  const { runId, caller, country, scheme } = await executionInput(sfn, detail, inferenceExecutionInput);
  await publish(eventBridge, bus, {
    contract: inferenceFailed,
    data: { runId, caller, country, scheme, ...failureOf(detail) },
    correlationId: runId,
    causationId: detail.executionArn,
    // An execution can fail again after a redrive: each status event is a failure of its own.
    identity: [id],
    time: new Date(),
  });
});
