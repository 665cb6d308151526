import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { publish } from '@regulabel/shared/aws/publish';
import { trainingFailed } from '@regulabel/shared/contracts/training/trainingFailed.v1';
import { environment } from '@regulabel/shared/lambda/environment';
import { failureOf } from '@regulabel/shared/lambda/failures';
import { executionEnded, queueHandler } from '@regulabel/shared/lambda/handlers';
import { parseJson } from '@regulabel/shared/parse';
import { trainingExecutionInput } from '../core/trainingExecution.ts';

const events = new EventBridgeClient({});
const lineOfRun = trainingExecutionInput.pick({ runId: true, country: true, scheme: true });

/** Turns Step Functions' word about a training into ours. */
export const handler = queueHandler(executionEnded, async ({ id, detail }) => {
  const line = parseJson(lineOfRun, detail.input ?? '', `the input of ${detail.executionArn}`);
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
