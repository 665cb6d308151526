import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { readJson } from '@regulabel/shared/aws/objects';
import { publish } from '@regulabel/shared/aws/publish';
import { catalogue } from '@regulabel/contracts/ingest/catalogue.v1';
import type { Run } from '@regulabel/shared/tableItems';
import { runStarted } from '@regulabel/contracts/ingest/runStarted.v1';
import { arn } from '@regulabel/contracts/values';
import { environment } from '@regulabel/shared/lambda/environment';
import { stateHandler } from '@regulabel/shared/lambda/handlers';
import { parseJson } from '@regulabel/contracts/parse';
import * as z from 'zod';
import { CataloguePointer } from '../aws/cataloguePointer.ts';
import { RunsTable } from '../aws/runsTable.ts';
import { extractionInput, monthOf, plannedRun, runIdOf, type ExtractionInput } from '../core/extraction.ts';
import { unloadPlan } from '../core/unloadStatement.ts';

const dynamodb = new DynamoDBClient({});
const events = new EventBridgeClient({});
const s3 = new S3Client({});

/** Claims the run for this execution and announces it; answers what the machine needs to extract it. */
export const handler = stateHandler(
  z.intersection(extractionInput, z.object({ executionArn: arn })),
  async ({ executionArn, ...input }) => {
    const table = environment('RUNS_TABLE');
    const runs = new RunsTable(dynamodb, table);
    const run = (await runs.find(runIdOf(input))) ?? (await claim(runs, input, executionArn));
    // The schedule fired twice, or an operator asked again: the run belongs to the execution that was first.
    if (run.executionArn !== executionArn) return { duplicate: true, runId: run.runId, executionArn: run.executionArn };
    await publish(events, environment('BUS'), {
      contract: runStarted,
      data: startedData(run),
      correlationId: run.runId,
      causationId: executionArn,
      identity: [run.runId],
      time: new Date(),
    });
    return {
      duplicate: false,
      runId: run.runId,
      month: monthOf(input),
      asOf: input.scheduledTime.slice(0, 10),
      warehouse: parseJson(z.record(z.string(), z.string()), environment('WAREHOUSE'), 'the variable WAREHOUSE'),
      unload: unloadPlan(run, {
        bucket: environment('DATA_BUCKET'),
        roleArn: environment('UNLOAD_ROLE_ARN'),
        keyArn: environment('RAW_KEY_ARN'),
      }),
    };
  },
);

async function claim(runs: RunsTable, input: ExtractionInput, executionArn: string): Promise<Run> {
  const { version, uri } = await new CataloguePointer(dynamodb, environment('RUNS_TABLE')).inForce();
  const planned = plannedRun(input, {
    executionArn,
    catalogue: { version, uri, content: await readJson(s3, uri, catalogue) },
    startedAt: new Date(),
    deadlineHours: Number(environment('RUN_DEADLINE_HOURS')),
  });
  return (await runs.claim(planned)) ? planned : runs.get(planned.runId);
}

const startedData = ({ runId, purpose, month, catalogue: pinned, lines, startedAt, deadline }: Run) => ({
  runId,
  purpose,
  ...(month === undefined ? {} : { month }),
  catalogue: pinned,
  lines,
  startedAt,
  deadline,
});
