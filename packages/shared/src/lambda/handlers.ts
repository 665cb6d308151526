import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { EventBridgeSchema } from '@aws-lambda-powertools/parser/schemas/eventbridge';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import type { EventContract, EventOf } from '@regulabel/contracts/event';
import { parse, parseJson } from '@regulabel/contracts/parse';
import { parseEvent } from '@regulabel/contracts/receive';

export const logger = new Logger();
export const metrics = new Metrics({ namespace: 'regulabel' });

/** Around every function: structured logs with the request's id, and metrics flushed at the end. */
const platform = <Event, Result>(handle: (event: Event, context: Context) => Promise<Result>) =>
  middy<Event, Result>()
    .use(injectLambdaContext(logger, { clearState: true }))
    .handler(async (event, context) => {
      metrics.captureColdStartMetric(context.functionName);
      try {
        return await handle(event, context);
      } finally {
        // Powertools' own middleware warns whenever a function had nothing to count.
        if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
      }
    });

/** A function that a state machine invokes: its payload parsed, its answer the state's result. */
export const stateHandler = <Schema extends z.ZodType, Result>(
  payload: Schema,
  handle: (input: z.infer<Schema>) => Promise<Result>,
) => platform((event: unknown) => handle(parse(payload, event, "the state's payload")));

/**
 * A function behind a queue. Each message is handled by itself; the ones that fail are reported to SQS, which delivers them
 * again and in the end moves them to the dead-letter queue.
 */
const messageHandler = <Message>(read: (record: SQSRecord) => Message, handle: (message: Message) => Promise<void>) => {
  const processor = new BatchProcessor(EventType.SQS);
  return platform<SQSEvent, SQSBatchResponse>(async (batch, context) =>
    processPartialResponse(
      batch,
      async (record: SQSRecord) => {
        try {
          await handle(read(record));
        } catch (error) {
          // The answer to SQS names the message only: without this line nothing would say why it comes again.
          logger.error(`message ${record.messageId} is to be delivered again`, { error });
          metrics.addMetric('MessageFailed', MetricUnit.Count, 1);
          throw error;
        }
        metrics.addMetric('MessageHandled', MetricUnit.Count, 1);
      },
      // A batch that fails whole is still answered message by message: each keeps its own count of receives.
      processor,
      { context, throwOnFullBatchFailure: false },
    ),
  );
};

/** A function behind a queue whose messages are events of AWS's own services. */
export const queueHandler = <Schema extends z.ZodType>(
  event: Schema,
  handle: (event: z.infer<Schema>) => Promise<void>,
) => messageHandler(({ messageId, body }) => parseJson(event, body, `message ${messageId}`), handle);

/** A function behind a queue whose messages are events of ours. */
export const eventHandler = <Contract extends EventContract>(
  contracts: Contract | readonly Contract[],
  handle: (event: EventOf<Contract>) => Promise<void>,
) => messageHandler((record) => parseEvent(contracts, record), handle);

/** S3's "Object Created" as EventBridge delivers it (keys are not URL-encoded there). */
export const objectCreated = EventBridgeSchema.extend({
  source: z.literal('aws.s3'),
  'detail-type': z.literal('Object Created'),
  detail: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
});

/** Step Functions' "Execution Status Change", for executions that did not succeed. */
export const executionEnded = EventBridgeSchema.extend({
  source: z.literal('aws.states'),
  'detail-type': z.literal('Step Functions Execution Status Change'),
  detail: z.object({
    executionArn: z.string(),
    name: z.string(),
    status: z.enum(['FAILED', 'TIMED_OUT', 'ABORTED']),
    /** JSON text; null or absent when it is too large for an event. */
    input: z.string().nullish(),
    error: z.string().nullish(),
    cause: z.string().nullish(),
  }),
});
export type ExecutionEnded = z.infer<typeof executionEnded>;
