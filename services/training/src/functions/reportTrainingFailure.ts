import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient } from '@aws-sdk/client-sfn';
import { executionInput } from '@regulabel/shared/aws/executions';
import { publish } from '@regulabel/shared/aws/publish';
import { trainingFailed } from '@regulabel/contracts/training/trainingFailed.v1';
import { environment } from '@regulabel/shared/lambda/environment';
import { failureOf } from '@regulabel/shared/lambda/failures';
import { executionEnded, queueHandler } from '@regulabel/shared/lambda/handlers';
import { trainingExecutionInput } from '../core/trainingExecution.ts';

const events = new EventBridgeClient({});
const sfn = new SFNClient({});
const lineOfRun = trainingExecutionInput.pick({ runId: true, country: true, scheme: true });

/** Turns Step Functions' word about a training into ours. */
export const handler = queueHandler(executionEnded, async ({ id, detail }) => {
  const line = await executionInput(sfn, detail, lineOfRun);
  await publish(events, environment('BUS'), {
    contract: trainingFailed,
    data: { ...line, ...failureOf(detail) },
    correlationId: line.runId,
    causationId: detail.executionArn,
    // A redriven execution that fails again is another event; the same message again is not.
    identity: [detail.executionArn, id],
    time: new Date(),
  });
});
