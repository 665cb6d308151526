import { S3Client } from '@aws-sdk/client-s3';
import { marshall } from '@aws-sdk/util-dynamodb';
import { readJson } from '@regulabel/shared/aws/objects';
import { scores as scoresContract } from '@regulabel/shared/jobs/scores';
import { s3Uri } from '@regulabel/contracts/values';
import { scoresUri } from '@regulabel/shared/keys';
import { environment } from '@regulabel/shared/lambda/environment';
import { stateHandler } from '@regulabel/shared/lambda/handlers';
import { decisionKey } from '@regulabel/shared/tables';
import * as z from 'zod';
import { decisionItem, recordingOf } from '../aws/decisions.ts';
import { announcementOf } from '../core/announcement.ts';
import { comparisonExecutionInput } from '../core/comparisonExecution.ts';
import { decide, heldInstead, type Scored } from '../core/decision.ts';

const s3 = new S3Client({});

const table = environment('WINNERS_TABLE');

const payload = z.object({
  input: comparisonExecutionInput,
  /** The prefix that the score job wrote; null when there was nothing to score. */
  scores: s3Uri.nullable(),
});

/**
 * Decides on a candidate, and hands the state machine all that it needs to record and announce the decision: the
 * verdict, and what takes its place when the winner turns out to have changed.
 */
export const handler = stateHandler(payload, async ({ input, scores }) => {
  const decision = decide(
    input,
    scores === null ? undefined : await readScores(scoresUri(scores)),
    new Date().toISOString(),
  );
  const held = heldInstead(decision);
  return {
    key: marshall(decisionKey(decision, decision.decisionId)),
    transaction: recordingOf(decision, table),
    verdict: announcementOf(decision),
    held: { ...announcementOf(held), item: decisionItem(held) },
  };
});

const readScores = async (uri: string): Promise<Scored> => ({ uri, report: await readJson(s3, uri, scoresContract) });
