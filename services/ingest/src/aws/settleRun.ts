import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { publish } from '@regulabel/shared/aws/publish';
import type { EventContract } from '@regulabel/contracts/event';
import { classificationRunCompleted } from '@regulabel/contracts/ingest/classificationRunCompleted.v1';
import type { Run } from '@regulabel/shared/tableItems';
import { trainingRunCompleted } from '@regulabel/contracts/ingest/trainingRunCompleted.v1';
import { RegulabelError } from '@regulabel/shared/errors';
import { missingLines, nextCompletion } from '../core/completion.ts';
import type { RunsTable } from './runsTable.ts';

/** What settling a run takes. */
export interface Settlement {
  readonly runs: Pick<RunsTable, 'get' | 'results' | 'completion' | 'complete' | 'announced' | 'ofPurpose'>;
  readonly events: EventBridgeClient;
  readonly bus: string;
  readonly now: () => Date;
}

const ATTEMPTS = 10;

/**
 * Closes a run whose lines are all accounted for, or revises a closed one whose lines ended differently since, and
 * announces what is not announced yet. Whoever records a result settles afterwards, so of two at the same time the one
 * that reads last sees both. What a revision says is stored in the transaction that creates it: it is announced again,
 * word for word, by whoever comes after a crash. Who came second leaves the announcement to the one who wrote the
 * revision, whose message is not done before: two handlers at the same time do not say everything twice. Throws `RunContended` when others revise the run all the time.
 */
export async function settleRun(settlement: Settlement, runId: string): Promise<void> {
  const { runs, now } = settlement;
  let cameSecond = false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const run = await runs.get(runId);
    const results = await runs.results(runId);
    if (missingLines(run, results).length > 0) return;
    const completion = nextCompletion(run, results, {
      last: run.revision === 0 ? undefined : await runs.completion(runId, run.revision),
      earlierRuns: run.month === undefined ? [] : await runs.ofPurpose(run.purpose),
      now: now(),
    });
    if (completion === undefined) {
      if (!cameSecond) await announce(settlement, run);
      return;
    }
    // Whether it was written or another revision came between: the next look tells what there is to announce.
    cameSecond = !(await runs.complete(completion));
  }
  throw new RegulabelError('RunContended', `run ${runId} was revised by others ${ATTEMPTS} times while it was settled`);
}

async function announce({ runs, events, bus, now }: Settlement, run: Run): Promise<void> {
  for (let revision = run.announced + 1; revision <= run.revision; revision += 1) {
    const data = await runs.completion(run.runId, revision);
    if (data === undefined) {
      throw new RegulabelError('CompletionMissing', `run ${run.runId} has no record of its revision ${revision}`);
    }
    const contract: EventContract = run.purpose === 'training' ? trainingRunCompleted : classificationRunCompleted;
    await publish(events, bus, {
      contract,
      data,
      correlationId: run.runId,
      causationId: run.executionArn,
      identity: [run.runId, String(revision)],
      time: now(),
    });
    await runs.announced(run.runId, revision);
  }
}
