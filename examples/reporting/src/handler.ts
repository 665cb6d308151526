import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { S3Client } from '@aws-sdk/client-s3';
import middy from '@middy/core';
import type { EventOf } from '@regulabel/contracts/event';
import { winnerRolledBack } from '@regulabel/contracts/evaluation/winnerRolledBack.v1';
import { classificationRunCompleted } from '@regulabel/contracts/ingest/classificationRunCompleted.v1';
import { queueParser, type Batch, type BatchAnswer } from '@regulabel/contracts/middleware';
import { rollbackOf } from './core/corrections.ts';
import { figuresOf } from './core/figures.ts';
import { monthAfter } from './core/months.ts';
import { readPredictions } from './predictions.ts';
import { ReportStore } from './reportStore.ts';

type Contracts = typeof classificationRunCompleted | typeof winnerRolledBack;

const bucket = process.env['REPORTS_BUCKET'];
if (!bucket) throw new Error('the environment variable REPORTS_BUCKET is not set: serverless.yml has to set it');

const logger = new Logger();
const s3 = new S3Client({});
const store = new ReportStore(s3, bucket);

/**
 * Keeps the monthly reports up to date with the events in its queue, which come at least once and in any order. A message that
 * cannot be handled is handed back: it comes again, and in the end lies in the dead-letter queue.
 */
export const handler = middy()
  .use(injectLambdaContext(logger))
  .use(
    queueParser<Contracts>([classificationRunCompleted, winnerRolledBack], (error, messageId) => {
      logger.error(`message ${messageId} is no event for this function`, { error });
    }),
  )
  .handler(async ({ messages }: Batch<Contracts>): Promise<BatchAnswer> => {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const { messageId, event } of messages) {
      try {
        await handle(event);
      } catch (error) {
        logger.error(`message ${messageId} is to be delivered again`, { error, eventId: event.detail.metadata.id });
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  });

const handle = (event: EventOf<Contracts>): Promise<void> =>
  event['detail-type'] === classificationRunCompleted.detailType ? runCompleted(event) : rolledBack(event);

async function runCompleted({ detail: { data } }: EventOf<typeof classificationRunCompleted>): Promise<void> {
  const { month } = data;
  if (!(await store.knows(data)))
    await store.addFigures(await figuresOf(data, (prefix) => readPredictions(s3, prefix)));
  await store.refresh(month);
  // Its changes are against this month.
  await store.refresh(monthAfter(month, 1));
}

/** Any month may be that model's work. */
async function rolledBack(event: EventOf<typeof winnerRolledBack>): Promise<void> {
  await store.addRollback(rollbackOf(event));
  for (const month of await store.months()) await store.refresh(month);
}
