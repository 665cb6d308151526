import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { publish } from '@regulabel/shared/aws/publish';
import { extractionCompleted } from '@regulabel/contracts/ingest/extractionCompleted.v1';
import type { Run } from '@regulabel/shared/tableItems';
import { arn, month, runId } from '@regulabel/contracts/values';
import { datasetManifestKey, s3Uri } from '@regulabel/shared/keys';
import { environment } from '@regulabel/shared/lambda/environment';
import { logger, metrics, stateHandler } from '@regulabel/shared/lambda/handlers';
import * as z from 'zod';
import { putManifest } from '../aws/datasetManifests.ts';
import { RunsTable } from '../aws/runsTable.ts';
import { readPartitions } from '../aws/unload.ts';
import { split, type Split } from '../core/datasets.ts';

const dynamodb = new DynamoDBClient({});
const events = new EventBridgeClient({});
const s3 = new S3Client({});

const finishedUnload = z.object({
  runId,
  executionArn: arn,
  month,
  asOf: z.iso.date(),
  /** Key prefix of the attempt that finished. */
  prefix: z.string().endsWith('/'),
  /** What Redshift says it wrote; below 0 or absent where it does not say. */
  resultRows: z.int().optional(),
});

/** Verifies an UNLOAD, then writes one manifest for each country, each exactly once, and announces them. */
export const handler = stateHandler(finishedUnload, async ({ prefix, resultRows, ...input }) => {
  const bucket = environment('DATA_BUCKET');
  const run = await new RunsTable(dynamodb, environment('RUNS_TABLE')).get(input.runId);
  const partitions = await readPartitions(s3, { bucket, prefix, resultRows });
  const result = split(run, partitions, {
    bucket,
    prefix,
    month: input.month,
    asOf: input.asOf,
    createdAt: new Date(),
  });
  for (const dataset of result.datasets) await putManifest(s3, bucket, dataset);
  report(result);
  await publish(events, environment('BUS'), {
    contract: extractionCompleted,
    data: completedData(run, bucket, result),
    correlationId: run.runId,
    causationId: input.executionArn,
    identity: [run.runId],
    time: new Date(),
  });
  return { rows: result.rows, countries: result.datasets.length, unlisted: result.unlisted };
});

function report({ unlisted, rows }: Split): void {
  metrics.addMetric('RowsExtracted', MetricUnit.Count, rows);
  if (unlisted.length === 0) return;
  metrics.addMetric(
    'RowsUnlisted',
    MetricUnit.Count,
    unlisted.reduce((total, partition) => total + partition.rows, 0),
  );
  logger.warn('The warehouse has rows of countries that the catalogue does not list', { unlisted });
}

const completedData = (run: Run, bucket: string, { datasets, unlisted, rows }: Split) => ({
  runId: run.runId,
  purpose: run.purpose,
  ...(run.month === undefined ? {} : { month: run.month }),
  catalogueVersion: run.catalogue.version,
  rows,
  countries: datasets.map(({ country, files, rows: count, bytes, hash }) => ({
    country,
    manifest: s3Uri(bucket, datasetManifestKey(run.purpose, run.runId, country)),
    files: files.length,
    rows: count,
    bytes,
    hash,
  })),
  unlisted: [...unlisted],
});
